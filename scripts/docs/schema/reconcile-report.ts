import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import { NAMED_KEY_LENGTH, NAMED_KEYS } from '#shared/reconcile/compare/counts.ts';
import { VERDICTS } from '#shared/reconcile/compare/verdict.ts';
import { TREND_LENGTH } from '#shared/reconcile/report/convergence.ts';
import { SLO_DAYS } from '#shared/reconcile/report/lag.ts';
import { reportSchema } from '#shared/reconcile/report/report.ts';

/** Where the schema is published. */
export const REPORT_SCHEMA_FILE = join(
  dirname(fileURLToPath(import.meta.url)),
  ...['..', '..', '..', 'docs', 'reconcile-report.schema.json'],
);

/**
 * Descriptions by name of the property, wherever it is; a path goes before a name. Kept out of the bundles, which
 * need no prose.
 */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  version: 'Of this document.',
  route: 'Name of the route, or its sync task where it has none.',
  sync_task_id: 'The OMS sync task that copies the objects.',
  pass: 'Number of the pass, 1 for the first one of the route.',
  id: 'Of the pass.',
  started: 'When the pass began, ISO 8601 in UTC.',
  finished: 'When the pass ended, ISO 8601 in UTC.',
  duration_seconds: 'From beginning to end, the time between two invocations included.',
  runs: 'Invocations that worked at the pass.',
  source: 'What the source listed.',
  destination: 'What the destination listed.',
  bucket: 'Name of the bucket.',
  prefix: 'Beginning of the keys that were compared; all where it is left out.',
  objects: 'Number of objects.',
  bytes: 'Their size together.',
  complete: 'Whether every key was judged. Where it is false, nothing is known of the rest.',
  stopped: 'Ranges of keys whose listing could not be trusted; they are done again by the next run.',
  after: 'The range begins behind this key; at the beginning of the bucket where it is left out.',
  until: 'The range ends with this key; at the end of the bucket where it is left out.',
  cursor: 'The last key that was judged.',
  side: 'Whose listing was at fault.',
  fault: 'What was wrong with it.',
  converged:
    'Whether the pass proves that every object of the source is the same at the destination, those that are younger than the grace period left out.',
  obstacles:
    'Why it does not: verdicts that keep the two apart, all_in_flight, incomplete, empty_source, or source_shrank.',
  differences: 'Objects that keep the two apart.',
  verdicts:
    'What was found, by verdict. Bytes are those of the source; of the destination where it alone has the object.',
  keys: `The first ${NAMED_KEYS} keys in the order of a listing; those of more than ${NAMED_KEY_LENGTH} characters are cut and end with an ellipsis.`,
  'verdicts.same': 'Nothing tells the two apart.',
  'verdicts.missing': 'Not at the destination; submitted.',
  'verdicts.size_differs': 'Of another size; submitted.',
  'verdicts.destination_older': 'The source was modified later; submitted.',
  'verdicts.checksum_differs': 'Of another content though size and times would not tell; submitted.',
  'verdicts.deferred': 'Differs, and a later pass submits it. See reasons.',
  'verdicts.submitted_in_vain':
    'Differs, though it was submitted as often as is allowed while the source stayed the same. See reasons.',
  'verdicts.in_flight': 'Differs, and is so young that its notification may still be on the way.',
  'verdicts.ignored_by_oms': 'Differs, and OMS would skip it; not submitted. See reasons.',
  'verdicts.unmigratable': 'Differs, and OMS cannot copy it; not submitted. See reasons.',
  'verdicts.extra': 'Only at the destination; never deleted.',
  'verdicts.oms_own': 'Lists of results that OMS itself wrote.',
  reasons: 'Why objects that differ were not submitted, and what can be done.',
  reason: 'Stable name of the reason.',
  remedy: 'What to do about it.',
  submitted: 'Objects that were to be submitted.',
  accepted: 'Objects that OMS accepted.',
  failed: 'Objects that were refused for good. The next pass finds them again. See refused.',
  refused: 'Why objects were refused, the most frequent first.',
  code: 'Stable code of the failure, see docs/reference/failures.md.',
  grace_seconds: 'What differs and is younger counts as in flight: the grace period of the last run.',
  rules: 'By which it was judged what OMS would copy: those of the task.',
  object_overwrite_mode: 'Of the task.',
  consistency_check: 'Of the task.',
  assumed: 'Whether OMS did not tell, so that these are its defaults.',
  pending: 'Objects that were not brought through to the end of the pass; the next one finds them again.',
  calls: 'Calls that were made.',
  'calls.list': 'LIST of pages, on both sides; questions by which a bucket is cut into parts are left out.',
  'calls.events': 'CreateSyncEvents.',
  rates: 'Over the whole duration.',
  objects_per_second: 'Source objects.',
  submitted_per_second: 'Objects.',
  oms: "The task's counters of the month; left out where OMS did not tell.",
  before: 'When the pass began.',
  'oms.after': 'When the pass ended. OMS may still be copying.',
  during: 'The difference; left out where a month ended meanwhile.',
  requested: 'Objects of all requests.',
  succeeded: 'Objects that were copied.',
  'oms.before.failed': 'Objects that could not be copied.',
  'oms.after.failed': 'Objects that could not be copied.',
  'oms.during.failed': 'Objects that could not be copied.',
  skipped: 'Objects that OMS ignored.',
  loss: 'An estimate of how many changes no notification has brought over.',
  since: 'Changes since then, when the last pass began; left out at the first pass.',
  changed: 'Source objects that were modified since then.',
  lost: 'Those of them that this pass had to find.',
  explained: 'Those of them that are known to have failed.',
  unexplained: 'The rest: their notifications were lost.',
  rate: 'unexplained by changed; left out where nothing changed.',
  lag: 'Time from the change at the source to its arrival at the destination, in whole seconds. Each change is measured once: by the first pass that begins after its arrival, or after the time of the objective has gone by without it.',
  'lag.since': 'Changes since then: when the pass before began, or a day before the first pass.',
  count: 'Objects that were measured.',
  waiting: 'Those of them that had not arrived within the time of the objective: their lag is their age.',
  oldest_waiting: 'Age of the oldest object that had not arrived when the pass began, in seconds; 0 where all had.',
  p50: 'Half of the objects took no longer; upper bound of a bucket. Left out below 2 objects.',
  p95: '95 % of the objects took no longer; upper bound of a bucket. Left out below 20 objects.',
  p99: '99 % of the objects took no longer; upper bound of a bucket. Left out below 100 objects.',
  max: 'The longest.',
  within_objective: 'Share of the objects within the time of the objective; left out below slo.needed objects.',
  clock_offset_seconds:
    "How far the destination store's clock is ahead of the source store's; left out where a store does not tell its time. Times are not corrected by it.",
  slo: 'The objective, RECONCILE_OBJECTIVE, and how it was met in thirty days.',
  target: 'Share of the objects that are to arrive in time.',
  seconds: 'Time within which they are to arrive.',
  'slo.objects': 'Objects of complete passes, the first one left out.',
  late: 'Those of them that did not arrive in time.',
  needed: 'Objects below which no share is stated.',
  share: 'Share that arrived in time; left out below slo.needed objects.',
  budget_left: 'Share of the error budget that is left, below 0 where more were late than the objective allows.',
  days: `Sums of the last ${SLO_DAYS} days.`,
  day: 'Day on which the passes began, UTC.',
  trend: `The last ${TREND_LENGTH} passes, this one at the end.`,
  source_objects: 'Objects that the source listed.',
  loss_rate: 'As loss.rate.',
  direction: 'This pass against the one before.',
  plan: 'What submitting would take; of a dry run alone.',
  submit: 'What would be submitted.',
  list_calls: 'LIST calls that the objects need at least.',
  'plan.list_calls.source': 'Of the source.',
  'plan.list_calls.destination': 'Of the destination.',
  event_calls: 'CreateSyncEvents.',
  minutes: 'That the event calls take at the configured rate.',
  advice: 'A better way than events, where there is one.',
};

type JsonSchema = { properties?: Record<string, JsonSchema>; items?: JsonSchema; description?: string } & Record<
  string,
  unknown
>;

function describe(schema: JsonSchema, path = ''): void {
  if (schema.items) describe(schema.items, path);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const below = path === '' ? name : `${path}.${name}`;
    const description = DESCRIPTIONS[below] ?? DESCRIPTIONS[name];
    if (description === undefined)
      throw new Error(`scripts/docs/schema/reconcile-report.ts has no description of ${below}`);
    const { items, properties, ...rest } = property;
    for (const key of Object.keys(property)) delete property[key];
    Object.assign(property, { description, ...rest, ...(items && { items }), ...(properties && { properties }) });
    describe(property, below);
  }
}

/** The JSON Schema of the report of a pass, made from the schema that the function itself reads reports with. */
export function reportJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(reportSchema, { target: 'draft-2020-12', io: 'input' }) as JsonSchema;
  describe(schema);
  const published = {
    $schema,
    title: 'Report of a reconciliation pass',
    description: `What a pass found and did. Verdicts: ${VERDICTS.join(', ')}.`,
    ...schema,
  };
  return `${JSON.stringify(published, undefined, 2).replaceAll(LIST_OF_TEXTS, onOneLine)}\n`;
}

const LIST_OF_TEXTS = /^( *)(.*)\[\s+("[^"\\]*"(?:,\s+"[^"\\]*")*)\s+\](,?)$/gm;
const LINE_WIDTH = 120;

/** The formatter of this repository keeps a list on one line where it has room. */
function onOneLine(list: string, indent: string, start: string, items: string, comma: string): string {
  const line = `${indent}${start}[${items.replaceAll(/\s*\n\s*/g, ' ')}]${comma}`;
  return line.length <= LINE_WIDTH ? line : list;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(REPORT_SCHEMA_FILE, reportJsonSchema());
  console.log(REPORT_SCHEMA_FILE);
}
