import { formatTable } from '../cli/table.ts';
import type { Tally } from './campaign.ts';
import { replayCommand } from './story.ts';
import { RULES } from './world/rules.ts';

/** The figures of a campaign in the order in which they are read. */
const FIGURES: readonly (readonly [title: string, name: string])[] = [
  ['objects uploaded', 'objects'],
  ['notifications', 'notifications'],
  ['  lost by the plan', 'notifications lost'],
  ['  delivered more than once', 'notifications repeated'],
  ['invocations accepted by the platform', 'invocations'],
  ['  executions', 'executions'],
  ['  cold starts', 'coldStarts'],
  ['  killed', 'kills'],
  ['  timed out', 'timeouts'],
  ['  retried', 'retries'],
  ['  given up to the failure destination', 'givenUp'],
  ['OMS requests', 'OMS calls'],
  ['object store requests', 'store requests'],
  ['keys accepted by OMS', 'accepted'],
  ['objects dead-lettered', 'deadLettered'],
  ['objects parked', 'parked'],
  ['objects redriven', 'redriven'],
  ['copies made by OMS, where reconcile runs', 'copies'],
  ['reports of its passes', 'passes'],
  ['  converged', 'converged'],
  ['documents planted in the state bucket', 'plants'],
  ['  clocks of functions that were off', 'clock steps'],
  ['objects that not even the destination took', 'undeliverable'],
];

const FAULT = /^(OMS|store) /;

/** Results of a campaign, as a table. */
export function formatTally(tally: Tally, milliseconds: number): string {
  const { runs, counts, failures } = tally;
  const number = (value = 0): string => Math.round(value).toLocaleString('en-US');
  const rows: string[][] = [['runs', number(runs)]];
  for (const [title, name] of FIGURES) rows.push([title, number(counts[name])]);
  const shown = new Set(FIGURES.map(([, name]) => name));
  const faults = Object.entries(counts).filter(([name]) => FAULT.test(name) && !shown.has(name));
  for (const [name, value] of faults.sort(([a], [b]) => (a < b ? -1 : 1))) rows.push([`fault: ${name}`, number(value)]);
  rows.push(['virtual days', number((counts['virtual hours'] ?? 0) / 24)]);
  for (const rule of Object.keys(RULES))
    rows.push([rule, number(failures.filter(({ violation }) => violation.rule === rule).length)]);
  rows.push(['seconds', (milliseconds / 1000).toFixed(1)]);
  rows.push(['milliseconds a run', (milliseconds / Math.max(1, runs)).toFixed(1)]);
  return formatTable([['what', 'number'], ...rows]);
}

/** The failing seeds, the first of them by name. */
export function formatFailures({ failures }: Tally): string {
  const shown = failures.slice(0, 10);
  const lines = shown.map(({ seed, violation: { rule, message } }) => `  ${seed}: ${rule}: ${JSON.stringify(message)}`);
  const [first] = failures;
  return [
    `${failures.length} seeds broke a promise:`,
    ...lines,
    ...(failures.length > shown.length ? [`  and ${failures.length - shown.length} more`] : []),
    ...(first ? [`replay the first: ${replayCommand(first.seed)}`] : []),
  ].join('\n');
}
