import type { ObjectReport, Verdict } from '#shared/observability/station.ts';
import { printable, quoted } from '../quoted.ts';

const WORDS: Readonly<Record<Verdict, string>> = {
  arrived: 'It arrived.',
  in_flight: 'It is on its way.',
  waiting: 'It waits.',
  dead_lettered: 'A document in the state bucket holds it.',
  parked: 'It was given up, and a parked document holds it.',
  failed_at_oms: 'OMS could not copy it.',
  skipped_by_oms: 'OMS skips it.',
  not_routed: 'It is not replicated.',
  missing: 'Nothing holds it.',
  not_in_source: 'The source does not have it.',
  unknown: 'Unknown: a station could not be asked.',
};

/** For people: the stations in their order, what holds the object, why, what happens next, and the command to run. */
export function textOf(report: ObjectReport, stage: string): string {
  const { bucket, key, verdict, cause, next, stations } = report;
  const lines = stations.map(
    ({ name, state, at, detail }) =>
      `  ${(at ?? '').slice(0, 19).replace('T', ' ').padEnd(19)}  ${name.replace('_', ' ').padEnd(12)}  ${state.padEnd(17)}  ${printable(detail)}`,
  );
  const command = commandFor(report, stage);
  const when = next?.at ? ` at ${next.at.slice(0, 19).replace('T', ' ')} UTC` : '';
  return [
    `${quoted(`s3://${bucket}/${key}`)}, stage ${stage}: ${verdict}`,
    ...lines,
    '',
    WORDS[verdict],
    ...(cause ? [`  Why:   ${printable(`${cause.message} (${cause.code})`)}`] : []),
    ...(next ? [`  Next:  ${printable(next.action)} (${next.by}${when})`] : []),
    ...(cause?.remedy && cause.remedy !== next?.action ? [`  To do: ${printable(cause.remedy)}`] : []),
    ...(command ? [`  Run:   npx oms-sync ${command}`] : []),
  ].join('\n');
}

/** The command to run now; undefined where there is nothing to do. */
function commandFor({ bucket, key, verdict, cause }: ObjectReport, stage: string): string | undefined {
  const of = ` --stage ${stage}`;
  const object = shellQuoted(`s3://${bucket}/${key}`);
  const prefix = shellQuoted(`${bucket}/${key}`);
  switch (verdict) {
    case 'arrived':
    case 'not_in_source':
      return undefined;
    case 'dead_lettered':
      return `redrive --prefix ${prefix}${of}`;
    case 'parked':
      return `redrive --parked --prefix ${prefix}${of}`;
    case 'missing':
      return `invoke -f reconcile --async${of}`;
    case 'failed_at_oms':
      return `logs --key ${shellQuoted(key)} --since 1d${of}`;
    case 'not_routed':
      return `routes explain ${object}${of}`;
    case 'waiting':
      return cause?.code === 'OmsSync.SyncTaskStopped'
        ? `invoke -f list-sync-tasks --method GET --path /sync-tasks${of}`
        : `logs -f on-object-created --key ${shellQuoted(key)}${of}`;
    default:
      return `where ${object}${of}`;
  }
}

/** A word of a shell; one with control characters is left to be typed. */
function shellQuoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${printable(text).replaceAll("'", `'\\''`)}'`;
}
