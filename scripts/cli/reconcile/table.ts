import { type Counts, submittable, type Totals } from '#shared/reconcile/compare/counts.ts';
import { REASONS, type Reason, VERDICTS, type Verdict } from '#shared/reconcile/compare/verdict.ts';
import { convergenceOf, DIFFERENCES, type Obstacle } from '#shared/reconcile/report/convergence.ts';
import type { Plan } from '#shared/reconcile/report/plan.ts';
import { REMEDIES } from '#shared/reconcile/report/reason-remedies.ts';
import type { Report } from '#shared/reconcile/report/report.ts';
import type { ReconcileResult, StopReason } from '#shared/reconcile/run-options.ts';
import { quoted } from '../quoted.ts';
import { formatInteger, formatTable } from '../table.ts';
import { type BucketLocation, writeLocation } from './location.ts';

/** The view that the reader has asked for. */
export interface View {
  readonly source: BucketLocation;
  readonly destination: BucketLocation;
  readonly task: string | undefined;
  readonly dryRun: boolean;
  /** The grace period as it was given: `15m`. */
  readonly graceText: string;
  /** Problems, a line each. */
  readonly problems: readonly string[];
  /** Keys that are named of each verdict. */
  readonly keys: number;
  /** Milliseconds that it took. */
  readonly ms: number;
  readonly callsPerSecond: number;
  /** A sync task between the two does not run: what is in flight does not move. */
  readonly held?: boolean;
}

/** Verdicts as a person reads them, and what each means. */
const WORDS: Readonly<Record<Verdict, readonly [string, string]>> = {
  same: ['same', ''],
  missing: ['missing', 'not at the destination'],
  size_differs: ['size differs', 'another size at the destination'],
  destination_older: ['destination older', 'the source was modified later'],
  checksum_differs: ['checksum differs', 'same size, other contents'],
  deferred: ['deferred', 'differs, and a later pass submits it; see below'],
  submitted_in_vain: ['submitted in vain', 'differs, however often it was submitted; see below'],
  in_flight: ['in flight', ''],
  ignored_by_oms: ['ignored by OMS', 'differs, and OMS would skip it; see below'],
  unmigratable: ['unmigratable', 'differs, and OMS cannot copy it; see below'],
  extra: ['extra', 'only at the destination; never deleted'],
  oms_own: ["OMS's own lists", 'below oms/sync_task/'],
};

const WHY_STOPPED: Readonly<Record<StopReason, string>> = {
  deadline: 'the time was used up',
  interrupted: 'it was interrupted',
  oms_unavailable: 'OMS takes nothing at the moment',
  listing_failed: 'a listing failed',
  state_unavailable: 'what is done could not be written down',
  overtaken: 'another run took over',
};

/** The summary of a run: both sides, every verdict, names, what to do, and what is proved. */
export function summaryOf(result: ReconcileResult, view: View): string {
  const { counts } = result;
  return [
    ...sides(counts, view),
    '',
    ...verdicts(counts, view),
    ...names(counts, view),
    ...remedies(result, view),
    ...(view.dryRun && result.plan && counts.source.objects > 0 ? plan(result.plan, view) : []),
    '',
    ...conclusion(result, view),
    ...lagLines(result.report),
  ].join('\n');
}

function sides({ source, destination }: Counts, view: View): string[] {
  const row = (name: string, { objects, bytes }: Totals): string[] => [
    name,
    formatInteger(objects),
    formatInteger(bytes),
  ];
  const rows = [['', 'objects', 'bytes'], row('source', source), row('destination', destination)];
  const places = [undefined, view.source, view.destination];
  return formatTable(rows)
    .split('\n')
    .map((line, index) => {
      const place = places[index];
      return `  ${line}${place ? `  ${quoted(writeLocation(place))}` : ''}`;
    });
}

function verdicts({ verdicts: found }: Counts, { graceText }: View): string[] {
  const shown = VERDICTS.filter((verdict) => verdict === 'same' || found[verdict].objects > 0);
  const rows = shown.map((verdict) => [
    WORDS[verdict][0],
    formatInteger(found[verdict].objects),
    formatInteger(found[verdict].bytes),
  ]);
  const meaning = (verdict: Verdict): string =>
    verdict === 'in_flight' ? `differs, and was modified within the last ${graceText}` : WORDS[verdict][1];
  return formatTable([['verdict', 'objects', 'bytes'], ...rows])
    .split('\n')
    .map((line, index) => {
      const verdict = shown[index - 1];
      return `  ${line}${verdict ? `  ${meaning(verdict)}` : ''}`.trimEnd();
    });
}

function names({ verdicts: found }: Counts, { keys: most }: View): string[] {
  if (most === 0) return [];
  return VERDICTS.filter((verdict) => verdict !== 'same' && verdict !== 'oms_own').flatMap((verdict) => {
    const { objects, keys } = found[verdict];
    if (objects === 0) return [];
    const shown = keys.slice(0, most);
    const more = objects - shown.length;
    return [
      '',
      `${capital(WORDS[verdict][0])}:`,
      ...shown.map((key) => `  ${quoted(key)}`),
      ...(more > 0 ? [`  and ${formatInteger(more)} more`] : []),
    ];
  });
}

/** Objects that differ and cannot simply be submitted, or were submitted in vain. */
function remedies({ counts, failures }: ReconcileResult, { keys: most }: View): string[] {
  const lines = [
    ...REASONS.flatMap((reason) => {
      const objects = counts.reasons[reason] ?? 0;
      return objects === 0 ? [] : [`  ${reason}  ${plural(objects, 'object')}`, `    ${remedyOf(reason)}`];
    }),
    ...failures.flatMap(({ code, objects, remedy, keys }) => [
      `  ${code}  ${plural(objects, 'object')} refused by OMS`,
      `    ${remedy}`,
      ...keys.slice(0, most).map((key) => `    ${quoted(key)}`),
    ]),
  ];
  return lines.length === 0 ? [] : ['', 'What to do:', ...lines];
}

function remedyOf(reason: Reason): string {
  const remedy = REMEDIES[reason];
  return reason === 'destination_not_older' ? `${remedy} For this command: --ignore-etags.` : remedy;
}

function plan(
  { submit, event_calls: calls, list_calls: lists, minutes, advice }: Plan,
  { callsPerSecond }: View,
): string[] {
  const duration = minutes < 1 ? 'less than a minute' : `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
  const rate = `${callsPerSecond} ${callsPerSecond === 1 ? 'call' : 'calls'}/s`;
  return [
    '',
    'Plan:',
    `  submit    ${plural(submit.objects, 'object')}, ${formatInteger(submit.bytes)} bytes`,
    `  OMS       ${plural(calls, 'event call')}${calls > 0 ? `, ${duration} at ${rate}` : ''}`,
    `  listings  ${plural(lists.source, 'call')} of the source, ${plural(lists.destination, 'call')} of the destination`,
    ...(advice === undefined ? [] : [`  advice    ${advice}`]),
  ];
}

function conclusion(result: ReconcileResult, view: View): string[] {
  const { counts, accepted, failed } = result;
  const speed = `${formatInteger(counts.source.objects / Math.max(0.001, view.ms / 1000))} objects/s`;
  const took = `${(view.ms / 1000).toFixed(1)} s, ${speed}, ${plural(result.calls.list, 'LIST call')}`;
  const lines = [
    `Compared in ${took}${result.calls.events > 0 ? `, ${plural(result.calls.events, 'event call')}` : ''}.`,
  ];
  if (result.outcome !== 'completed') {
    const { done, total } = result.ranges;
    const parts = done < total ? `, ${done} of ${plural(total, 'part')} done` : '';
    lines.push(`Stopped before the end: ${WHY_STOPPED[result.reason ?? 'interrupted']}${parts}. Run it again.`);
  }
  const { obstacles, differences, complete } = stateOf(result);
  if (obstacles.includes('empty_source'))
    lines.push(
      'The source lists no object, so nothing was compared. Where it is meant to be empty: --source-is-empty.',
    );
  else if (result.outcome === 'completed' && !complete) lines.push('Incomplete: of the rest nothing is known.');
  lines.push(...view.problems);
  const inFlight = counts.verdicts.in_flight.objects;
  if (differences > 0) {
    const differ = `${plural(differences, 'object')} ${differences === 1 ? 'differs' : 'differ'}`;
    lines.push(
      complete ? `Not converged: ${differ}.` : `So far ${differ}.`,
      ...whatNow(counts, accepted, failed, view),
    );
  } else if (obstacles.length === 0 && view.held && inFlight > 0)
    lines.push('Not converged: what is in flight does not move, because the sync task does not run.');
  else if (obstacles.length === 0)
    lines.push(
      `Converged${inFlight > 0 ? ', but for what is in flight' : ''}: ` +
        `${plural(counts.verdicts.same.objects, 'object')} the same on both sides.`,
    );
  else if (obstacles.includes('all_in_flight')) lines.push('Not converged: nothing is proved yet.');
  if (inFlight > 0)
    lines.push(`${plural(inFlight, 'object')} in flight: look again in ${view.graceText}, or with --grace 0.`);
  return lines;
}

/** How long changes took; nothing where none was measured. */
function lagLines(report: Report | undefined): string[] {
  const { lag, slo } = report ?? {};
  if (!lag || !slo || lag.count === 0) return [];
  const { count, waiting, p50, p95, p99, max, within_objective: share, clock_offset_seconds: offset = 0 } = lag;
  const percentiles = Object.entries({ p50, p95, p99 }).flatMap(([name, seconds]) =>
    seconds === undefined ? [] : [`${name} ${formatInteger(seconds)} s`],
  );
  const within = `within ${slo.seconds / 60} min`;
  const needed = `share ${within}: unknown below ${formatInteger(slo.needed)} objects`;
  return [
    '',
    `Lag of ${plural(count, 'change')} since ${lag.since}: ${[...percentiles, `max ${formatInteger(max)} s`].join(', ')}; ` +
      `${share === undefined ? needed : `${(share * 100).toFixed(2)} % ${within}`}.`,
    ...(waiting > 0 ? [`${plural(waiting, 'change')} had not arrived ${within}: their age counts as their lag.`] : []),
    ...(offset === 0
      ? []
      : [
          `The destination's clock is ${Math.abs(offset)} s ${offset < 0 ? 'behind' : 'ahead of'} the source's: lag is wrong by as much.`,
        ]),
  ];
}

function whatNow(counts: Counts, accepted: number, failed: number, { task, dryRun }: View): string[] {
  const { objects: submit } = submittable(counts);
  if (submit === 0) return ['Nothing was submitted: there is none that OMS would copy. See above what to do.'];
  if (task === undefined)
    return [`Nothing was submitted: there is no --task. OMS would copy ${formatInteger(submit)} of them.`];
  if (dryRun) return ['Nothing was submitted: it was a dry run.'];
  const refused = failed > 0 ? `, ${formatInteger(failed)} refused` : '';
  const next = accepted > 0 ? ' Run it again when they are copied: that run proves it.' : '';
  return [`OMS accepted ${formatInteger(accepted)} of ${plural(submit, 'object')} to submit${refused}.${next}`];
}

export interface State {
  readonly obstacles: readonly Obstacle[];
  readonly differences: number;
  readonly complete: boolean;
}

/** State of a run, whether it has a report or not. */
export function stateOf({ outcome, report, counts }: ReconcileResult): State {
  const complete = outcome === 'completed' && report?.complete !== false;
  const confirmed = report !== undefined && !report.obstacles.includes('empty_source');
  return { ...convergenceOf({ counts, complete, emptySourceConfirmed: confirmed }), complete };
}

/**
 * 0 converged, 1 differences or a sync task that does not run, 2 where that is not known.
 *
 * @param held whether a sync task between the two is known not to run
 */
export function exitCode(result: ReconcileResult, held = false): number {
  const { obstacles } = stateOf(result);
  if (obstacles.length === 0) return held ? 1 : 0;
  const differs = (obstacle: Obstacle): boolean =>
    obstacle === 'all_in_flight' || (DIFFERENCES as readonly string[]).includes(obstacle);
  return obstacles.every(differs) ? 1 : 2;
}

function plural(count: number, noun: string): string {
  return `${formatInteger(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
