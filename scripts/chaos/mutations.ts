import { formatTable } from '../cli/table.ts';
import { type CampaignOptions, runCampaign } from './campaign.ts';
import { buildSubject, type Patch } from './machine/subject.ts';
import type { Rule } from './world/rules.ts';

/** A bug that somebody could make, and that the simulation must find. */
export interface Mutation {
  readonly name: string;
  readonly patches: readonly Patch[];
}

const patch = (file: string, find: string, replace: string): Patch => ({ file, find, replace });

/** Deliberate bugs. A text that is not in its file any more is an error: the bug has to be written anew. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'the last batch is dropped where it is not full',
    patches: [
      patch(
        'shared/pipeline/batch.ts',
        '    current.push({ index, key });\n  }\n  return batches;',
        '    current.push({ index, key });\n  }\n  return batches.length > 1 ? batches.filter((each) => each.items.length >= size) : batches;',
      ),
    ],
  },
  {
    name: 'a key that is refused for good is retried for ever',
    patches: [
      patch(
        'shared/pipeline/failure-kinds.ts',
        "'OmsSync.KeyRefused': content(",
        "'OmsSync.KeyRefused': contentForNow(",
      ),
    ],
  },
  {
    name: 'a retryable failure is logged and not thrown',
    patches: [patch('shared/pipeline/report.ts', 'if (curable.length > 0) throw', 'if (curable.length > 1_000) throw')],
  },
  {
    name: 'a dead letter that cannot be written is forgotten',
    patches: [patch('shared/pipeline/report.ts', '  if (lost.length > 0)\n', '  if (lost.length > 1_000)\n')],
  },
  {
    name: 'redrive deletes a document before it writes what takes its place',
    patches: [
      patch(
        'shared/redrive/apply.ts',
        '  const written: string[] = [];\n',
        '  const written: string[] = [];\n  await store.deleteObject({ bucket, key: found.name });\n',
      ),
    ],
  },
  {
    name: 'redrive parks without writing',
    patches: [patch('shared/redrive/apply.ts', 'parked ? await deadLetters.park(letter)', 'parked ? letter.id')],
  },
  {
    name: 'redrive takes a failure that passes for acceptance',
    patches: [
      patch(
        'shared/redrive/redrive.ts',
        "if (outcome?.status === 'accepted') return undefined;",
        "if (outcome?.status === 'accepted' || outcome?.retryable) return undefined;",
      ),
    ],
  },
  {
    name: 'throttling (429) counts as final',
    patches: [
      patch(
        'shared/pipeline/failure-kinds.ts',
        "'OmsSync.OmsThrottled': call(",
        "'OmsSync.OmsThrottled': callForGood(",
      ),
    ],
  },
  {
    name: 'one bad key fails its whole batch',
    patches: [
      patch(
        'shared/pipeline/isolate.ts',
        '  const search = new Search(options);\n',
        '  const search = new Search(options);\n  for (const item of items) options.reject(item, refusal);\n  if (items.length > 0) return items.map(() => refusal);\n',
      ),
    ],
  },
  {
    name: 'keys are decoded twice',
    patches: [
      patch(
        'shared/encoding/decode.ts',
        '    key = decodeURIComponent(text);',
        '    key = decodeURIComponent(decodeURIComponent(text));',
      ),
    ],
  },
  {
    name: 'a key that cannot be decoded is used as it is',
    patches: [
      patch(
        'shared/events/fields.ts',
        '    if (error instanceof KeyEncodingError) throw new RecordRejection(error.toProblem(at), error);\n',
        '    if (error instanceof KeyEncodingError) return value as ObjectKey;\n',
      ),
    ],
  },
  {
    name: 'a bare plus is sent to OMS',
    patches: [
      patch(
        'shared/encoding/encode.ts',
        'return SUB_DELIMITER.test(key) ? encodeStrictly(key) : encodeURIComponent(key);',
        "return encodeStrictly(key).replaceAll('%2B', '+');",
      ),
    ],
  },
  {
    name: 'keys count as accepted before OMS has answered',
    patches: [
      patch(
        'shared/pipeline/submit.ts',
        'const sent = await this.#options.send({ syncTaskId, objectKeys: items.map(({ key }) => key) });',
        'const sent = { attempts: 1 }; this.#options.send({ syncTaskId, objectKeys: items.map(({ key }) => key) }).catch(() => {});',
      ),
    ],
  },
  {
    name: 'only the first record of an event is read',
    patches: [
      patch(
        'shared/events/obs.ts',
        'for (let index = 0; index < records.length; index++) {',
        'for (let index = 0; index < Math.min(1, records.length); index++) {',
      ),
    ],
  },
  {
    name: 'an object goes to the first of its tasks only',
    patches: [
      patch(
        'shared/pipeline/route.ts',
        'for (const { sync_task_id: syncTaskId } of matching) {',
        'for (const { sync_task_id: syncTaskId } of matching.slice(0, 1)) {',
      ),
    ],
  },
  {
    name: 'the prefix of a route is not looked at',
    patches: [
      patch(
        'shared/pipeline/route.ts',
        "change.key.startsWith(route.source.prefix ?? '')",
        "change.key.startsWith(route.source.prefix === undefined ? '' : '')",
      ),
    ],
  },
  {
    name: 'two dead letters of one second share a name',
    patches: [
      patch(
        'shared/deadletters/name.ts',
        'JSON.stringify([kind, syncTaskId, code, event, requestId, ',
        'JSON.stringify([kind, syncTaskId, code, requestId, ',
      ),
    ],
  },
  {
    name: 'a stopped task counts as missing',
    patches: [
      patch(
        'shared/pipeline/submit.ts',
        "if (state === 'stopped') task.stopped ??= { error, failure: FAILURES['OmsSync.SyncTaskStopped'] };",
        "if (state === 'stopped') task.stopped ??= { error, failure: FAILURES['OmsSync.SyncTaskNotFound'] };",
      ),
    ],
  },
  {
    name: 'an unrecognised event is ignored',
    patches: [
      patch(
        'shared/pipeline/terminal.ts',
        '    unrecognised === undefined\n      ? []',
        '    unrecognised === undefined || true\n      ? []',
      ),
    ],
  },
  {
    name: 'a dead letter keeps the first of its records only',
    patches: [
      patch(
        'shared/pipeline/terminal.ts',
        'const records = [first, ...others];',
        'const records = [first, ...others].slice(0, 1);',
      ),
    ],
  },
  {
    name: 'redrive drops refused keys that no route names any more',
    patches: [
      patch(
        'shared/redrive/resolve.ts',
        '    if (tasks.length === 0) unrouted.push(change);\n',
        '    if (tasks.length > 1_000) unrouted.push(change);\n',
      ),
    ],
  },
  {
    name: 'redrive takes failed events whose route is gone for such that nobody wants',
    patches: [
      patch(
        'shared/redrive/resolve.ts',
        'abandoned: isAsThen && later.length === 0 ? []',
        'abandoned: routed.length < 1_000_000 ? []',
      ),
    ],
  },
  {
    name: 'the limiter of calls never waits',
    patches: [
      patch(
        'shared/pipeline/rate-limiter.ts',
        '    if (wait > 0) await this.#clock.sleep(wait);\n',
        '    if (wait > 1_000_000) await this.#clock.sleep(wait);\n',
      ),
    ],
  },
  {
    name: 'a line of the level info shows the credentials',
    patches: [
      patch(
        'shared/logging/serialise.ts',
        '  const concealed = concealIn(value, secrets);\n',
        '  const concealed = value;\n',
      ),
      patch(
        'functions/on-object-created/on-object-created.ts',
        '    const bucket = config.stateBucket;\n',
        "    const bucket = config.stateBucket;\n    invocation.log.info('begin', { by: Object.values(invocation.temporaryCredentials ?? {}) });\n",
      ),
    ],
  },
  {
    name: 'a line of the log breaks where a key does',
    patches: [
      patch(
        'shared/logging/logger.ts',
        'this.#write(level, toLine({ level, time, message, ...this.#fields, ...fields }, this.#secrets));',
        "this.#write(level, toLine({ level, time, message, ...this.#fields, ...fields }, this.#secrets).replaceAll('\\\\n', '\\n'));",
      ),
    ],
  },
  {
    name: 'reconcile remembers an object by what its copy changes',
    patches: [
      patch(
        'shared/reconcile/compare/compare-object.ts',
        'const known = this.#history.find(source, times.now);',
        'const known = this.#history.find({ ...source, etag: [source.etag, destination?.lastModified].join() }, times.now);',
      ),
    ],
  },
  {
    name: 'reconcile does not count how often it has submitted an object',
    patches: [
      patch(
        'shared/reconcile/compare/compare-object.ts',
        'if (known && known.count >= maxSubmissions)',
        'if (known && maxSubmissions < 0)',
      ),
    ],
  },
  {
    name: 'a young object behind the end of a listing proves that it is the end',
    patches: [
      patch(
        'shared/reconcile/compare/confirm-end.ts',
        "            if (side === 'destination' || !comparer.isInFlight(object, times)) return object;\n",
        "            return side === 'source' && comparer.isInFlight(object, times) ? undefined : object;\n",
      ),
    ],
  },
  {
    name: 'a pass is converged though it has found differences that wait for a copy',
    patches: [patch('shared/reconcile/report/convergence.ts', "  'deferred',\n", '')],
  },
  {
    name: 'a clock that has gone back makes an old object young',
    patches: [
      patch(
        'shared/reconcile/compare/compare-object.ts',
        'const listed = Math.max(listedAt, notBefore);',
        'const listed = Math.max(listedAt, Math.min(0, notBefore));',
      ),
      patch('shared/listing/lister.ts', 'listedAt: listedAt + Math.max(0, ahead ?? 0)', 'listedAt'),
    ],
  },
  {
    name: 'a report of redrive that cannot be read stops every run by timer',
    patches: [
      patch(
        'shared/redrive/reports.ts',
        '        error,\n      });\n    return undefined;\n',
        '        error,\n      });\n    throw error;\n',
      ),
    ],
  },
  {
    name: 'what redrive does not know of the routes of a failed event counts as expected',
    patches: [
      patch(
        'shared/redrive/resolve.ts',
        '    then !== undefined &&\n    routed.length === then.pairs &&\n',
        '    routed.length >= (then?.pairs ?? 1) &&\n',
      ),
    ],
  },
  {
    name: 'an event whose name nobody knows is ignored',
    patches: [
      patch(
        'shared/events/event-name.ts',
        "  return { created: true, eventName, doubt: 'unknown_event_name' };\n",
        "  return { created: false, reason: 'not_an_object_creation', eventName };\n",
      ),
    ],
  },
  {
    name: 'a status of success is believed, whatever the body is',
    patches: [
      patch('shared/oms/client.ts', "  if (body.trim() === '') return;\n", '  if (body !== undefined) return;\n'),
    ],
  },
  {
    name: 'a document that the store does not hand over stops redrive',
    patches: [
      patch(
        'shared/redrive/window.ts',
        '        this.#options.tally.unread(error);\n',
        "        this.#options.tally.unread(error);\n        if (body && 'error' in body) throw error;\n",
      ),
    ],
  },
  {
    name: 'redrive keeps what was accepted of a document only when all of it was',
    patches: [
      patch(
        'shared/redrive/decide.ts',
        'const isPartly = passing.length < resolved.wanted.length;',
        'const isPartly = resolved.wanted.length < 0;',
      ),
    ],
  },
  {
    name: 'a letter that is too large when it is written anew is tried for ever',
    patches: [
      patch(
        'shared/redrive/apply.ts',
        'if (!(error instanceof DeadLetterTooLargeError) || !isRefused',
        'if (error instanceof DeadLetterTooLargeError || !isRefused',
      ),
    ],
  },
  {
    name: 'pages without an entry are followed for ever',
    patches: [patch('shared/listing/lister.ts', ' || this.#emptyTokens.has(nextToken);', ';')],
  },
];

/** How a bug was found, or that it was not. */
export interface Verdict {
  readonly mutation: string;
  readonly seed: number | undefined;
  readonly rule: Rule | undefined;
  /** Runs until then. */
  readonly runs: number;
}

/** Most runs for one bug. */
const RUNS = 2_500;
/** Runs in this process. */
const AT_ONCE = 60;

/**
 * Makes each bug on its own and looks for a seed that finds it.
 *
 * @throws PatchError where the text of a bug is not in its file
 */
export async function runMutations(
  mutations: readonly Mutation[],
  options: Pick<CampaignOptions, 'first' | 'workers'> & {
    readonly runs?: number;
    readonly onVerdict?: (verdict: Verdict) => void;
  },
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const { name, patches } of mutations) {
    const subject = await buildSubject(patches);
    const { first, workers, runs = RUNS } = options;
    const here = Math.min(runs, AT_ONCE);
    const tally = await runCampaign({ subject, first, runs: here, workers: 0, failFast: true });
    // Most are found before another process has started.
    const rest = { subject, first: first + here, runs: runs - here, workers, failFast: true };
    const more = tally.failures.length === 0 && rest.runs > 0 ? await runCampaign(rest) : undefined;
    const found = tally.failures[0] ?? more?.failures[0];
    const tried = tally.runs + (more?.runs ?? 0);
    const verdict = { mutation: name, seed: found?.seed, rule: found?.violation.rule, runs: tried };
    verdicts.push(verdict);
    options.onVerdict?.(verdict);
  }
  return verdicts;
}

export function formatVerdicts(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ mutation, seed, rule, runs }) => [
    mutation,
    rule ?? 'NOT FOUND',
    `${seed ?? ''}`,
    `${runs}`,
  ]);
  const found = verdicts.filter(({ rule }) => rule !== undefined).length;
  return `${formatTable([['deliberate bug', 'broken promise', 'seed', 'runs'], ...rows])}\n\n${found} of ${verdicts.length} found`;
}
