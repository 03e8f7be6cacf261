import type { ObjectHead, ObjectStore } from '#shared/objectstore/port.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import { nameOf } from '#shared/reconcile/reconcile-routes.ts';
import type { Report } from '#shared/reconcile/report/report.ts';
import { routeFolders } from '#shared/reconcile/route-identity.ts';
import type { Source } from '#shared/redrive/listing.ts';
import { type Asked, answerOf, askFor } from '../asked.ts';
import { lastPass, lastRedrive, type Unreadable } from '../last-runs.ts';
import { isoOf } from '../station.ts';
import type { WhereOptions } from '../where/locate.ts';
import { showTask } from '../where/task.ts';
import { type Counted, countDocuments } from './documents.ts';
import { isLate, judgePass, judgeTask, judgeTimer, judgeWaiting, type Moment, unanswered } from './judge.ts';
import {
  type PassStatus,
  PLACES,
  type Place,
  type Reason,
  type RouteStatus,
  type StatusReport,
  type TimerStatus,
  type Waiting,
  worstOf,
} from './report.ts';

export interface StatusOptions
  extends Pick<
    WhereOptions,
    'routes' | 'state' | 'keyEncodings' | 'storeOf' | 'showTask' | 'now' | 'patience' | 'queue' | 'periods'
  > {
  /** Milliseconds that something may wait. */
  readonly threshold: number;
}

/**
 * Collects reasons that no listing shows: sync tasks that do not run and, where `queue` is given, invocations that wait in
 * FunctionGraph, however short.
 */
export async function collectHolds(
  options: Pick<StatusOptions, 'queue' | 'showTask' | 'now' | 'patience'>,
  syncTaskIds: readonly string[],
): Promise<Reason[]> {
  const moment = { now: options.now(), threshold: Number.NEGATIVE_INFINITY };
  const [platform, ...tasks] = await Promise.all([
    options.queue ? platformOf(options, moment) : { reasons: [] },
    ...syncTaskIds.map(async (id) => {
      const shown = await showTask(options.patience, () => options.showTask(id));
      const facts = { task: taskOf(shown), oms: { count: null, oldest: null }, cause: shown.station.cause };
      return judgeTask(facts, moment).map((reason) => ({ ...reason, message: `Sync task ${id}: ${reason.message}` }));
    }),
  ]);
  return [...platform.reasons, ...tasks.flat()];
}

/** Something that waits, its reasons, and the sync tasks that it concerns; all where that is not known. */
interface Found {
  readonly waiting: Waiting;
  readonly reasons: readonly Reason[];
  readonly tasks?: ReadonlySet<string> | undefined;
}

const UNCOUNTED: Waiting = { count: null, complete: false, oldest: null, sampled: 0, causes: [] };
const NO_BUCKET = {
  code: 'OmsSync.NoStateBucket',
  message: 'No state bucket is configured.',
  remedy: 'Set STATE_BUCKET.',
};

/**
 * Asks everything that can hold objects back whether it does, and judges the answers. Nothing that fails is fatal: what
 * could not be asked is a reason, and no status is healthy with one.
 */
export async function collectStatus(options: StatusOptions): Promise<StatusReport> {
  const { routes, now } = options;
  const at = now();
  const moment = { now: at, threshold: options.threshold };
  const folders = routeFolders(routes);
  const [platform, failed, letters, parked, redriven, ...statuses] = await Promise.all([
    platformOf(options, moment),
    documentsOf('failed_invocations', options, moment),
    documentsOf('dead_letters', options, moment),
    documentsOf('parked', options, moment),
    redriveOf(options, moment),
    ...routes.map((route, index) => routeOf(route, index, folders[index] ?? '', options, moment)),
  ]);
  const found: Readonly<Record<Place, Found>> = { platform, failed_invocations: failed, dead_letters: letters, parked };
  const reasons = [...PLACES.flatMap((place) => found[place].reasons), ...redriven.reasons];
  if (routes.length === 0)
    reasons.push({
      status: 'unknown',
      code: 'OmsSync.NoRoutes',
      message: 'ROUTES is empty: nothing is replicated.',
      remedy: 'Set ROUTES and deploy.',
    });
  return {
    status: worstOf([...reasons, ...statuses].map(({ status }) => status)),
    at: new Date(at).toISOString(),
    threshold_seconds: options.threshold / 1000,
    reasons,
    waiting: {
      platform: platform.waiting,
      failed_invocations: failed.waiting,
      dead_letters: letters.waiting,
      parked: parked.waiting,
    },
    last_redrive: redriven.last,
    redrive_timer: redriven.timer,
    routes: statuses.map((status) => {
      const shared = PLACES.filter((place) => found[place].tasks?.has(status.sync_task_id) ?? true)
        .flatMap((place) => found[place].reasons)
        .concat(redriven.reasons);
      return { ...status, status: worstOf([...status.reasons, ...shared].map((reason) => reason.status)) };
    }),
  };
}

async function platformOf(
  { queue, patience }: Pick<StatusOptions, 'queue' | 'patience'>,
  moment: Moment,
): Promise<Found> {
  if (!queue) {
    const message = 'only a command asks FunctionGraph for its invocations.';
    const reason = unanswered('FunctionGraph', { code: 'OmsSync.NotAsked', message, remedy: 'Run oms-sync status.' });
    return { waiting: UNCOUNTED, reasons: [reason] };
  }
  const asked = await askFor(patience, queue);
  if ('cause' in asked) return { waiting: UNCOUNTED, reasons: [unanswered('FunctionGraph', asked.cause)] };
  const { waiting, running, oldest, complete } = asked.value;
  const found = { ...UNCOUNTED, count: waiting + running, complete, oldest: isoOf(oldest) };
  return { waiting: found, reasons: judgeWaiting('platform', found, moment) };
}

const SOURCES = {
  failed_invocations: ['failed_invocation', 'failedInvocations'],
  dead_letters: ['dead_letter', 'deadLetters'],
  parked: ['parked', 'parked'],
} as const;

async function documentsOf(place: keyof typeof SOURCES, options: StatusOptions, moment: Moment): Promise<Found> {
  const { state, routes, keyEncodings, patience } = options;
  const { store, bucket, prefixes } = state;
  const [source, prefix] = SOURCES[place];
  const below: Source = { source, prefix: prefixes[prefix] };
  const asked: Asked<Counted> = store
    ? await askFor(patience, () =>
        countDocuments(below, {
          store,
          bucket,
          routes,
          keyEncodings,
          state: { bucket, prefixes: state.own },
          now: () => performance.now(),
        }),
      )
    : { cause: NO_BUCKET };
  if ('cause' in asked)
    return { waiting: UNCOUNTED, reasons: [unanswered(`The state bucket below ${below.prefix}`, asked.cause)] };
  const { waiting, tasks } = asked.value;
  return { waiting, tasks, reasons: judgeWaiting(place, waiting, moment) };
}

async function redriveOf({ state, patience, periods }: StatusOptions, { now }: Moment) {
  const { store, bucket } = state;
  const asked = store ? await askFor(patience, () => lastRedrive({ store, bucket })) : { cause: NO_BUCKET };
  const last = answerOf(asked);
  const report = last === 'unreadable' ? undefined : last;
  const timer = timerOf('redrive', report && Date.parse(report.ended), periods?.redrive, now);
  const reasons =
    'cause' in asked
      ? [unanswered('The report of redrive', asked.cause)]
      : last === 'unreadable'
        ? [unreadable('The report of redrive')]
        : judgeTimer(timer);
  const shown = report && { ended: report.ended, remains: report.remains, stopped: report.stopped ?? null };
  return { last: shown ?? null, timer, reasons };
}

function unreadable(what: string): Reason {
  const message = 'It cannot be read by this release.';
  return unanswered(what, { code: 'OmsSync.UnreadableDocument', message, remedy: 'The next run writes another one.' });
}

function timerOf(
  name: TimerStatus['name'],
  last: number | undefined,
  every: number | undefined,
  now: number,
): TimerStatus {
  const seconds = every === undefined ? null : every / 1000;
  return { name, last: isoOf(last), every_seconds: seconds, late: isLate(last, every, now) };
}

async function routeOf(
  route: Route,
  index: number,
  folder: string,
  options: StatusOptions,
  moment: Moment,
): Promise<RouteStatus> {
  const { state, storeOf, patience, periods } = options;
  const prefix = route.source.prefix ?? '';
  const lists = (side: 'source' | 'destination', of: Route, bucket: string) =>
    askFor(patience, () => storeOf(side, of, index).listObjects({ bucket, prefix, maxKeys: 1 }));
  const [shown, source, pass, saved] = await Promise.all([
    showTask(patience, () => options.showTask(route.sync_task_id)),
    lists('source', route, route.source.bucket),
    askState<Report | Unreadable | undefined>(options, (place) => lastPass(place, `${state.reconcile}${folder}/`)),
    // A pass that takes several runs has no report yet; each run saves its checkpoint.
    askState<ObjectHead | undefined>(options, ({ store, bucket }) =>
      store.headObject({ bucket, key: `${state.reconcile}${folder}/checkpoint.json` }),
    ),
  ]);
  const at = route.destination?.bucket ?? shown.destination;
  const destination: Asked<unknown> =
    at === undefined
      ? { cause: NO_DESTINATION }
      : await lists('destination', { ...route, destination: { ...route.destination, bucket: at } }, at);
  const last = answerOf(pass);
  const report = last === 'unreadable' ? undefined : last;
  const task = taskOf(shown);
  const oms = copiesOf(shown.known.counters, report);
  const times = [report && Date.parse(report.finished), answerOf(saved)?.lastModified].filter(
    (time) => time !== undefined,
  );
  const timer = timerOf(
    'reconcile',
    times.length === 0 ? undefined : Math.max(...times),
    periods?.reconcile,
    moment.now,
  );
  const asked = [
    ['The source bucket', source],
    ['The destination bucket', destination],
    ['The report of the last pass', pass],
    ['The checkpoint', saved],
  ] as const;
  const reasons = [
    ...judgeTask({ task, oms, cause: shown.station.cause }, moment),
    ...asked.flatMap(([what, answer]) => ('cause' in answer ? [unanswered(what, answer.cause)] : [])),
    ...(last === 'unreadable' ? [unreadable('The report of the last pass')] : []),
    ...('cause' in pass || last === 'unreadable' ? [] : judgePass(report)),
    ...(report ? judgeTimer(timer) : []),
  ];
  const stateOf = (answer: Asked<unknown>) => ('cause' in answer ? 'unknown' : 'answers');
  return {
    route: nameOf(route),
    sync_task_id: route.sync_task_id,
    status: worstOf(reasons.map(({ status }) => status)),
    reasons,
    source: { bucket: route.source.bucket, prefix, state: stateOf(source) },
    destination: { bucket: at ?? null, state: stateOf(destination) },
    task,
    oms,
    last_pass: report ? passOf(report) : null,
    timer,
  };
}

const NO_DESTINATION = {
  code: 'OmsSync.NoDestination',
  message: 'Neither the route nor OMS names it.',
  remedy: 'Set destination.bucket in ROUTES.',
};

async function askState<T>(
  { state: { store, bucket }, patience }: StatusOptions,
  question: (place: { readonly store: ObjectStore; readonly bucket: string }) => Promise<T>,
): Promise<Asked<T>> {
  return store ? await askFor<T>(patience, () => question({ store, bucket })) : { cause: NO_BUCKET };
}

function taskOf({ station }: Awaited<ReturnType<typeof showTask>>): RouteStatus['task'] {
  const { state, detail } = station;
  const isKnown = state === 'running' || state === 'stopped' || state === 'not_found';
  return { state: isKnown ? state : 'unknown', detail };
}

type Counters = NonNullable<Report['oms']>['after'];

/**
 * Objects that OMS has accepted and not finished. Its counters tell no times: what the last pass saw requested and what
 * is not finished now has waited since then, unless that pass proved that everything had arrived. Counters begin anew
 * each month.
 */
function copiesOf(now: Counters | undefined, report: Report | undefined): RouteStatus['oms'] {
  if (now === undefined) return { count: null, oldest: null };
  const finished = now.succeeded + now.failed + now.skipped;
  const then = report?.oms?.after.requested ?? 0;
  const waits = report && !report.converged && then <= now.requested && then > finished;
  return { count: Math.max(0, now.requested - finished), oldest: waits ? report.finished : null };
}

function passOf(report: Report): PassStatus {
  const { started, finished, complete, converged, differences, verdicts, loss } = report;
  return {
    started,
    finished,
    complete,
    converged,
    differences,
    in_flight: verdicts.in_flight.objects,
    loss_rate: loss.rate ?? null,
  };
}
