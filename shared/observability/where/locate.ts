import { field } from '#shared/events/fields.ts';
import type { KeyEncodings } from '#shared/events/sources.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import type { ShowSyncTaskResponse } from '#shared/oms/schemas/show-sync-task-response.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import type { Report } from '#shared/reconcile/report/report.ts';
import { routeFolders } from '#shared/reconcile/route-identity.ts';
import { explain, type Timers } from '../explain.ts';
import { lastPass, lastRedrive } from '../last-runs.ts';
import { isoOf, type ObjectReport, STATIONS, type Station, type Stations } from '../station.ts';
import { ask, station, unknownStation } from './ask.ts';
import { destinationStation, type FoundObject, lookUp, sourceStation } from './bucket.ts';
import { findDocument, type StatePrefixes } from './documents.ts';
import { showTask, withLists } from './task.ts';
import { type LogLine, notAsked, notificationStation } from './trace-lines.ts';
import { type NamedObject, readRouting } from './trigger.ts';

/** Invocations of on-object-created that wait or run. */
export interface QueuedInvocations {
  readonly waiting: number;
  readonly running: number;
  /** Milliseconds since the epoch; of the oldest, where it is known. */
  readonly oldest?: number | undefined;
  /** Whether all were counted. */
  readonly complete: boolean;
}

export interface WhereOptions extends NamedObject {
  readonly routes: readonly Route[];
  readonly state: {
    /** Undefined where no state bucket is configured. */
    readonly store: ObjectStore | undefined;
    readonly bucket: string;
    readonly prefixes: StatePrefixes;
    /** Prefixes that the functions write below. */
    readonly own: readonly string[];
    /** Ends with a slash. */
    readonly reconcile: string;
  };
  readonly keyEncodings: KeyEncodings;
  /** Reads the bucket of a route. @throws BucketConfigurationError */
  readonly storeOf: (side: 'source' | 'destination', route: Route, index: number) => ObjectStore;
  readonly showTask: (syncTaskId: string) => Promise<ShowSyncTaskResponse>;
  /** Milliseconds: what was modified lately is in flight. */
  readonly grace: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of any beginning, by which the search of documents ends; the process's own by default. */
  readonly elapsed?: (() => number) | undefined;
  /** Milliseconds for each station. */
  readonly patience: number;
  /** Asks the platform; left out where it cannot be asked. */
  readonly queue?: (() => Promise<QueuedInvocations>) | undefined;
  /** Log lines that name the object, written since then; left out where logs cannot be read. */
  readonly lines?: ((since: number) => Promise<readonly LogLine[]>) | undefined;
  /** Milliseconds between two runs of a timer, where that is known. */
  readonly periods?: { readonly redrive?: number | undefined; readonly reconcile?: number | undefined } | undefined;
}

/**
 * Asks every station on the way of an object where it is. Nothing that fails is fatal: a station that cannot be asked is
 * unknown, with its reason. Of several routes that match, the first counts by which the object has not arrived.
 */
export async function locate(options: WhereOptions): Promise<ObjectReport> {
  const { routes, state } = options;
  const { trigger, matching } = readRouting(options, routes, { bucket: state.bucket, prefixes: state.own });
  if (matching.length === 0) return reportOf(options, await unrouted(options, trigger));
  // Routes differ by their tasks and destinations: the queue, the logs and the documents are the same for all.
  const { queue, lines } = options;
  const search = (source: FoundObject['object']) => searchLetters(options, source);
  const asked: Asking = { ...options, queue: queue && once(queue), lines: lines && once(lines), letters: once(search) };
  const reports = await Promise.all(matching.map((index) => locateOn(index, trigger, asked)));
  return reports.find(({ verdict }) => verdict !== 'arrived') ?? (reports[0] as ObjectReport);
}

/** Options of a question, with the search for documents. */
interface Asking extends WhereOptions {
  readonly letters: (source: FoundObject['object']) => Promise<Station<'dead_letter'>>;
}

/** The same question is asked once, and all who ask wait for its answer. */
function once<Q extends unknown[], A>(question: (...about: Q) => Promise<A>): (...about: Q) => Promise<A> {
  const answers = new Map<string, Promise<A>>();
  return (...about) => {
    const name = JSON.stringify(about);
    const answer = answers.get(name) ?? question(...about);
    answers.set(name, answer);
    return answer;
  };
}

function reportOf({ bucket, key }: NamedObject, stations: Stations, timers?: Timers): ObjectReport {
  const { verdict, cause, next } = explain(stations, timers);
  const shown = STATIONS.map((name) => {
    const { state, at, detail } = stations[name];
    return { name, state, at, detail };
  });
  return { bucket, key, verdict, cause, next, stations: shown };
}

/** Without a route nothing but the source can be asked, where a route names its bucket. */
async function unrouted(options: WhereOptions, trigger: Station<'trigger'>): Promise<Stations> {
  const { routes, bucket, patience } = options;
  const index = routes.findIndex(({ source }) => source.bucket === bucket);
  const route = routes[index];
  const why = 'Not asked: no route takes the object.';
  const not = <N extends Station['name']>(name: N) => unknownStation(name, 'OmsSync.NotAsked', why, '');
  const asked: Station<'source'> | undefined =
    route &&
    (await ask('source', patience, async () =>
      sourceStation(await lookUp(options.storeOf('source', route, index), options)),
    ));
  return {
    source: asked ?? not('source'),
    notification: not('notification'),
    trigger,
    queue: not('queue'),
    dead_letter: not('dead_letter'),
    oms: not('oms'),
    destination: not('destination'),
  };
}

async function locateOn(index: number, trigger: Station<'trigger'>, options: Asking): Promise<ObjectReport> {
  const { routes, key, patience, now } = options;
  const route = routes[index] as Route;
  const { sync_task_id: syncTaskId } = route;
  let found: FoundObject | undefined;
  const [source, task, queue, last] = await Promise.all([
    ask('source', patience, async () => {
      found = await lookUp(options.storeOf('source', route, index), options);
      return sourceStation(found);
    }),
    showTask(patience, () => options.showTask(syncTaskId)),
    queueStation(options),
    lastRuns(route, options),
  ]);
  const object = found?.object;
  const since = object?.lastModified ?? now() - DAY;
  const at = route.destination?.bucket ?? task.destination;
  const place = at === undefined ? undefined : { bucket: at, key };
  const target = { ...route, destination: { ...route.destination, bucket: at } };
  const [destination, oms, letter, notification] = await Promise.all([
    ask('destination', patience, async () => {
      if (!place)
        return unknownStation(
          'destination',
          'OmsSync.NoDestination',
          'Neither the route nor OMS names the destination bucket.',
          'Set destination.bucket in ROUTES.',
        );
      const copy = await lookUp(options.storeOf('destination', target, index), place);
      if (!object)
        return copy.object
          ? station('destination', 'extra', 'The bucket has an object of this name.', {})
          : station('destination', 'missing', 'The bucket has no object of this name.', {});
      return destinationStation({
        source: object,
        destination: copy,
        task: task.known,
        route,
        grace: options.grace,
        now: now(),
        lastPass: last.sentence,
      });
    }),
    place && object && task.station.state !== 'not_found' && task.station.state !== 'unknown'
      ? listed(task.station, target, index, place, since, options)
      : task.station,
    options.letters(object),
    notificationOf(options, since),
  ]);
  return reportOf(
    options,
    { source, notification, trigger, queue, dead_letter: letter, oms, destination },
    last.timers,
  );
}

const DAY = 86_400_000;

function listed(
  task: Station<'oms'>,
  route: Route,
  index: number,
  { bucket, key }: NamedObject,
  since: number,
  { storeOf, patience }: WhereOptions,
): Promise<Station<'oms'>> {
  const search = { bucket, key, syncTaskId: route.sync_task_id };
  return ask('oms', patience, async () => {
    const store = storeOf('destination', route, index);
    return await withLists(task, patience, { ...search, store }, since);
  });
}

async function searchLetters(options: WhereOptions, source: FoundObject['object']): Promise<Station<'dead_letter'>> {
  const { bucket, key, state, keyEncodings, patience } = options;
  const { store, bucket: stateBucket, prefixes } = state;
  if (store === undefined)
    return unknownStation(
      'dead_letter',
      'OmsSync.NoStateBucket',
      'Not asked: no state bucket is configured.',
      'Set STATE_BUCKET.',
    );
  return await ask('dead_letter', patience, () =>
    findDocument({
      bucket,
      key,
      store,
      stateBucket,
      prefixes,
      keyEncodings,
      source,
      now: options.elapsed ?? (() => performance.now()),
    }),
  );
}

async function queueStation({ queue, patience }: WhereOptions): Promise<Station<'queue'>> {
  if (!queue)
    return notAsked(
      'queue',
      'Not asked here: only a command asks FunctionGraph for its invocations.',
    ) as Station<'queue'>;
  return await ask('queue', patience, async () => {
    const { waiting, running, oldest, complete } = await queue();
    const more = complete ? '' : ' or more';
    if (waiting + running === 0 && complete) return station('queue', 'empty', 'No invocation waits or runs.');
    const detail = `${waiting} waiting and ${running} running${more}; FunctionGraph does not tell which objects they name.`;
    return station('queue', 'waiting', detail, { at: oldest });
  });
}

async function notificationOf(options: WhereOptions, since: number): Promise<Station<'notification'>> {
  const { lines, patience } = options;
  if (!lines)
    return notAsked('notification', 'Not asked here: only a command reads the logs.') as Station<'notification'>;
  return await ask('notification', patience, async () => notificationStation(await lines(since), options));
}

interface LastRuns {
  readonly timers: Timers;
  /** The last pass's word on the object. */
  readonly sentence: string | undefined;
}

/** Reports of the last pass and the last redrive: what they said of the object, and when their timers run next. */
async function lastRuns(route: Route, options: WhereOptions): Promise<LastRuns> {
  const { state, routes, key, periods = {}, now } = options;
  const { store, bucket } = state;
  if (store === undefined) return { timers: {}, sentence: undefined };
  const folder = routeFolders(routes)[routes.indexOf(route)] ?? '';
  const place = { store, bucket };
  const [pass, redriven] = await Promise.all([
    lastPass(place, `${state.reconcile}${folder}/`).catch(() => 'unreadable' as const),
    periods.redrive === undefined ? undefined : lastRedrive(place).catch(() => 'unreadable' as const),
  ]);
  const report = pass === 'unreadable' ? undefined : pass;
  const next = (last: string | undefined, period: number | undefined): string | null => {
    const at = Date.parse(last ?? '') + (period ?? Number.NaN);
    return at > now() ? isoOf(at) : null;
  };
  return {
    timers: {
      reconcile: next(report?.started, periods.reconcile),
      redrive: next(redriven === 'unreadable' ? undefined : redriven?.started, periods.redrive),
    },
    sentence: pass === undefined ? 'No pass has been made.' : report && sentenceOf(report, key),
  };
}

function sentenceOf({ finished, complete, verdicts }: Report, key: string): string {
  const named = Object.entries(verdicts).find(
    ([, count]) => field(count, 'keys') !== undefined && count.keys.includes(key),
  );
  const said = named ? `called it ${named[0].replaceAll('_', ' ')}` : 'does not name it';
  return `The last pass (${complete ? '' : 'incomplete, '}${finished}) ${said}.`;
}
