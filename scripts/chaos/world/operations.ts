import type { Random } from '../kernel/random.ts';
import type { Deployment, Source, TaskChange, Wish } from './parts.ts';

const MINUTE = 60_000;

/** Mistakes that operators find, and their repairs. */
export interface Operations {
  readonly wishes: readonly Wish[];
  readonly sources: readonly Source[];
  readonly start: number;
  readonly length: number;
  readonly maxAttempts: number;
  readonly misreads: boolean;
  readonly mistake: Mistake | undefined;
  /** Whether routes name their destinations, which reconcile needs. */
  readonly reconciles: boolean;
  /** Variables of every deployment. */
  readonly common: Readonly<Record<string, string>>;
}

/** A time in which redrive has no route for a wish, or one with a prefix that nothing begins with. */
export interface Mistake {
  readonly from: number;
  readonly to: number;
  readonly wish: Wish;
  readonly prefix: string | undefined;
}

export function drawMistake(
  random: Random,
  wishes: readonly Wish[],
  start: number,
  length: number,
): Mistake | undefined {
  // An event can be taken in part where the bucket has another route.
  const partly = wishes.filter((wish) =>
    wishes.some((other) => other !== wish && other.bucket === wish.bucket && !overlap(other, wish)),
  );
  if (!random.chance(partly.length > 0 ? 0.35 : 0.1)) return undefined;
  const wish = random.pick(partly.length > 0 ? partly : wishes);
  // Where an object has another task in the same bucket, that no route leads to this one is what the routes say.
  const isShared = wishes.some((other) => other !== wish && other.bucket === wish.bucket && overlap(other, wish));
  if (isShared) return undefined;
  const from = start + random.int(0, length);
  const prefix = random.chance(0.3) ? undefined : `mistaken/${wish.prefix}`;
  return { from, to: from + random.int(1, 40) * MINUTE, wish, prefix };
}

function overlap(a: Wish, b: Wish): boolean {
  return a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
}

export function drawChanges(
  random: Random,
  { wishes, sources, start, length, maxAttempts, misreads, mistake, reconciles, common }: Operations,
): { deployments: Deployment[]; taskChanges: TaskChange[] } {
  const taskChanges: TaskChange[] = [];
  const moment = (): number => start + random.int(0, length);
  /** Tasks that each wish is routed to, with the moment from which on. */
  const switches: { at: number; wish: Wish; task: string | undefined }[] = [];
  for (const wish of wishes) {
    const [first = '', second] = wish.tasks;
    if (second !== undefined) {
      const deleted = moment();
      taskChanges.push({ at: deleted, task: first, state: 'DELETED' });
      switches.push({ at: deleted + random.int(0, 20 * MINUTE), wish, task: second });
    } else if (random.chance(0.12)) {
      const stopped = moment();
      taskChanges.push({ at: stopped, task: first, state: 'STOPPED' });
      taskChanges.push({ at: stopped + random.int(5_000, 20 * MINUTE), task: first, state: 'SYNCHRONIZING' });
    }
  }
  // A bucket that no route names until somebody notices.
  const buckets = [...new Set(wishes.map(({ bucket }) => bucket))];
  const forgotten = buckets.length > 1 && random.chance(0.12) ? random.pick(buckets) : undefined;
  const noticed = moment();
  const times = [
    start,
    ...switches.map(({ at }) => at),
    ...(forgotten || misreads ? [noticed] : []),
    ...(random.chance(0.4) ? [moment()] : []),
    ...(mistake ? [mistake.from, mistake.to] : []),
  ];
  const deployments = [...new Set(times)]
    .sort((a, b) => a - b)
    .map((at): Deployment => {
      const routes = (mistaken?: Mistake): string => {
        const all = wishes.flatMap((wish, index) => {
          if (wish.bucket === forgotten && at < noticed) return [];
          const prefix = wish === mistaken?.wish ? mistaken.prefix : wish.prefix;
          if (prefix === undefined) return [];
          const task =
            switches.filter((change) => change.wish === wish && change.at <= at).at(-1)?.task ?? wish.tasks[0];
          return [
            {
              name: `route-${index}`,
              source: { bucket: wish.bucket, ...(prefix === '' ? {} : { prefix }) },
              ...(reconciles && { destination: { bucket: destinationOf(index) } }),
              sync_task_id: task,
            },
          ];
        });
        return JSON.stringify(all);
      };
      return {
        at,
        ...(mistake && at >= mistake.from && at < mistake.to && { redriveVariables: { ROUTES: routes(mistake) } }),
        variables: {
          ROUTES: routes(),
          EVENTGRID_KEY_ENCODING:
            sources.some(({ encoding }) => encoding === 'raw') && !(misreads && at < noticed) ? 'raw' : 'form',
          OMS_MAX_KEYS_PER_CALL: `${random.pick([10, 10, 10, 3, 1])}`,
          OMS_CONCURRENCY: `${random.pick([1, 4, 8])}`,
          OMS_TIMEOUT_MS: `${random.pick([10_000, 2_000])}`,
          OMS_MAX_ATTEMPTS: `${random.pick([1, 2, 4])}`,
          REDRIVE_MAX_ATTEMPTS: `${maxAttempts}`,
          ...common,
        },
      };
    });
  return { deployments, taskChanges };
}

/** The bucket that the objects of a wish are copied to. */
export function destinationOf(wish: number): string {
  return `destination-${wish}`;
}
