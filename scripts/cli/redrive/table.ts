import type { RedriveReport } from '#shared/redrive/report.ts';
import { printable, quoted } from '../quoted.ts';
import type { FoundObjects } from './found-objects.ts';

/** Characters; ours have less than 40. */
const CODE_LENGTH = 60;

const WHY_STOPPED = {
  deadline: 'the time was used up',
  limit: 'the limit was reached',
  interrupted: 'it was interrupted',
  oms_unavailable: 'OMS takes nothing at the moment',
  store_unavailable: 'the state bucket could not be read',
} as const;

/** Lines of a dry run that its report does not have. */
interface View {
  readonly found: Pick<FoundObjects, 'objects' | 'leftOut'>;
  /** One sentence for each thing that holds objects back elsewhere. */
  readonly holds: readonly string[];
}

const NOTHING: View = { found: { objects: [], leftOut: 0 }, holds: [] };

/** The summary of a run: counts, what was found, what stands in the way, and what to do. */
export function summaryOf(written: RedriveReport, { found: objects, holds }: View = NOTHING): string {
  const report = { ...written, codes: written.codes.map(readable), causes: written.causes.map(readable) };
  const { documents, keys, codes, causes, stopped } = report;
  const lines = report.dry_run ? [] : counts(report);
  if (codes.length > 0) lines.push('', ...found(report));
  if (causes.length > 0) {
    lines.push('', report.dry_run ? 'What would be refused:' : 'What stands in the way:');
    // The dry run has told what to do about the codes that it found.
    const told = new Set(report.dry_run ? codes.map(({ code }) => code) : []);
    for (const { code, count, retryable, remedy } of causes)
      lines.push(
        `  ${code}  ${number(count)}${retryable ? ', left for a later run' : ''}`,
        ...(told.has(code) ? [] : [`    ${remedy}`]),
      );
  }
  lines.push(...objectLines(objects));
  if (holds.length > 0)
    lines.push('', 'What holds objects back elsewhere:', ...holds.map((hold) => `  ${printable(hold)}`));
  lines.push('');
  if (stopped !== undefined) lines.push(`Stopped before the end: ${WHY_STOPPED[stopped]}.`);
  if (report.dry_run)
    lines.push(
      documents.taken === 0
        ? holds.length === 0
          ? 'Nothing to redrive.'
          : 'No document to redrive.'
        : `Would redrive ${plural(documents.taken, 'document')}. Nothing was changed.`,
    );
  else if (!report.remains)
    // Never a success of what was not even looked at.
    lines.push(
      documents.filtered > 0
        ? `Nothing remains of what was asked for; ${plural(keys.accepted, 'key')} accepted.`
        : `Nothing remains; ${plural(keys.accepted, 'key')} accepted.`,
    );
  else lines.push(remains(report));
  lines.push(...passedBy(report));
  return lines.join('\n');
}

/** Objects that are named, with their causes. */
const NAMED = 20;

function objectLines({ objects, leftOut }: View['found']): string[] {
  if (objects.length === 0) return [];
  const more = objects.length - NAMED + leftOut;
  return [
    '',
    'Objects:',
    ...objects
      .slice(0, NAMED)
      .map(({ bucket, key, code }) => `  ${quoted(`s3://${bucket}/${key}`)}  ${printable(code)}`),
    ...(more > 0 ? [`  and ${number(more)} more: oms-sync backlog list`] : []),
  ];
}

/** Documents that the run has seen and that its counts say nothing of. */
function passedBy({ documents: { filtered, waiting }, dry_run }: RedriveReport): string[] {
  return [
    ...(filtered > 0 ? [`${plural(filtered, 'document')} left out by the filters.`] : []),
    ...(dry_run && waiting > 0 ? [`${plural(waiting, 'document')} ${WRITTEN_LATER}.`] : []),
  ];
}

const WRITTEN_LATER = 'written after the run began, by the clock of this machine';

/** Codes and remedies are read from documents. */
function readable<T extends { readonly code: string; readonly remedy: string }>(row: T): T {
  return { ...row, code: printable(row.code).slice(0, CODE_LENGTH), remedy: printable(row.remedy) };
}

function counts({ documents, keys, calls, started, ended }: RedriveReport): string[] {
  const seconds = Math.max(0, Date.parse(ended) - Date.parse(started)) / 1000;
  const rows: readonly (readonly [string, string])[] = [
    ['read', `${plural(documents.read, 'document')}, ${number(documents.taken)} taken`],
    ['submitted', `${plural(keys.submitted, 'key')} in ${plural(calls, 'call')}, ${seconds.toFixed(1)} s`],
    ['accepted', plural(keys.accepted, 'key')],
    ['refused', plural(keys.refused, 'key')],
    ['left', `${plural(keys.left, 'key')} that may be accepted later`],
    ['documents', `${number(documents.redriven)} deleted, ${number(documents.rewritten)} kept with one attempt more`],
    ['', `${number(documents.parked)} parked, ${number(documents.left)} left as they were`],
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(10)} ${value}`);
}

function found({ codes, dry_run }: RedriveReport): string[] {
  const head = dry_run
    ? ['code', 'documents', 'keys', 'oldest']
    : ['code', 'documents', 'keys', 'oldest', 'deleted', 'kept', 'parked', 'left'];
  const rows = codes.map((row) => [
    row.code,
    ...[row.documents, row.keys].map(number),
    row.oldest.slice(0, 16).replace('T', ' '),
    ...(dry_run ? [] : [row.redriven, row.rewritten, row.parked, row.left].map(number)),
  ]);
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`;
  const remedies = dry_run ? codes.map(({ code, remedy }) => `  ${code}: ${remedy}`) : [];
  return [line(head), ...rows.map(line), ...(remedies.length > 0 ? ['', 'What to do:', ...remedies] : [])];
}

function remains({ documents }: RedriveReport): string {
  const parts = [
    [documents.rewritten, 'refused again'],
    [documents.parked, 'parked'],
    [documents.left, 'left'],
    [documents.waiting, WRITTEN_LATER],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).map(([count, what]) => `${number(count)} ${what}`);
  return shown.length > 0 ? `Something remains: ${shown.join(', ')}.` : 'Something remains.';
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function plural(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}
