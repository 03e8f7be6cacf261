import type { BacklogEntry } from '#shared/redrive/backlog.ts';
import { printable, quoted } from '../quoted.ts';

const KINDS: Readonly<Record<BacklogEntry['kind'], string>> = {
  failed_invocation: 'failed invocation',
  dead_letter: 'dead letter',
  parked: 'parked',
};
/** Objects that a line names. */
const NAMED = 3;

/** A document in two lines: its kind, cause and objects, and its name. */
export function lineOf({ kind, code, created, attempts, name, ...entry }: BacklogEntry): string {
  const named = entry.objects.slice(0, NAMED).map(({ bucket, key }) => quoted(`s3://${bucket}/${key}`));
  const others = entry.objects.length - named.length + entry.objects_left_out;
  const what = [
    ...named,
    ...(others > 0 ? [`and ${others} more`] : []),
    ...(entry.unreadable_records > 0 ? [`${entry.unreadable_records} records that cannot be read`] : []),
  ];
  const tries = attempts > 1 ? `, ${attempts} attempts` : '';
  const since = created.slice(0, 16).replace('T', ' ');
  return `${KINDS[kind].padEnd(17)}  ${since}  ${printable(code)}${tries}  ${what.join(', ') || 'names no object'}\n    ${printable(name)}`;
}

/** One document with everything that is known of it. */
export function detailsOf(entry: BacklogEntry, content: unknown): string {
  const { kind, name, code, message, remedy, created, last_failed: lastFailed, attempts, objects } = entry;
  const more = entry.objects_left_out;
  return [
    printable(name),
    `  kind      ${KINDS[kind]}`,
    `  cause     ${printable(code)}: ${printable(message)}`,
    `  to do     ${printable(remedy)}`,
    `  failed    first ${created}, last ${lastFailed}, ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`,
    ...objects.map(
      ({ bucket, key }, index) => `  ${index === 0 ? 'objects ' : '        '}  ${quoted(`s3://${bucket}/${key}`)}`,
    ),
    ...(more > 0 ? [`            and ${more} more`] : []),
    '',
    ...JSON.stringify(content, null, 2).split('\n').map(printable),
  ].join('\n');
}
