import { beforeEach, describe, expect, it } from 'vitest';
import { RateLimiter } from '#shared/pipeline/rate-limiter.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import { REDRIVE_LIMITS } from '#shared/redrive/limits.ts';
import type { RedriveReport } from '#shared/redrive/report.ts';
import { omsError } from '../../helpers/oms-error.ts';
import { failedInvocation, keysLetter, record, seedLetter } from '../../helpers/redrive-documents.ts';
import { NOW, PREFIXES, RedriveWorld, STATE_BUCKET } from '../../helpers/redrive-world.ts';
import { itThorough } from '../../helpers/thorough.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `photos/${index}`);
const events = (count: number) => ({ Records: names(count).map((name) => record(name)) });
const TASKS = Array.from(
  { length: 20 },
  (_, index): Route => ({ source: { bucket: 'source' }, sync_task_id: `task-${index + 1}` }),
);

let world: RedriveWorld;
beforeEach(() => {
  world = new RedriveWorld();
});

const seed = (document: object, prefix = PREFIXES.deadLetters): void =>
  world.store.seed(STATE_BUCKET, `${prefix}2020-01-01/large.json`, JSON.stringify(document));

/** A dead letter that another release could have written: the event does not tell which record is whose. */
function keysWithoutEvent(count: number): object {
  const keys = names(count).map((key, index) => ({ bucket: 'source', key, path: `[${index}]` }));
  return { ...keysLetter(events(1), { attempts: 3, lastFailed: NOW - 86_400_000 }), event: null, keys };
}

/** Runs by timer, each a quarter of an hour after the one before, until nothing remains. */
async function runs({
  seconds,
  perSecond,
}: {
  readonly seconds: number;
  readonly perSecond: number;
}): Promise<RedriveReport[]> {
  const { clock } = world;
  clock.sleep = async (ms) => {
    clock.time += ms;
  };
  const reports: RedriveReport[] = [];
  let from: RedriveReport['position'];
  do {
    const began = clock.time;
    const report = await world.redrive({
      // One after the other, as the clock goes on with every wait.
      concurrency: 1,
      remaining: () => began + seconds * 1_000 - clock.time,
      limiter: new RateLimiter({ perSecond, now: () => clock.time, sleep: clock.sleep }),
      backoff: true,
      from,
    });
    from = report.position;
    reports.push(report);
    clock.time = Math.max(clock.time, began + 900_000);
  } while (reports.at(-1)?.remains && reports.length < 40);
  return reports;
}

describe('a document of more keys than a run can submit', () => {
  const TITLE = 'gets shorter with every run, and no key is submitted over and over: %s';
  const getsShorter = async (_what: string, prepare: () => void, time: Parameters<typeof runs>[0], most: number) => {
    prepare();

    const reports = await runs(time);

    expect(reports.at(-1)).toMatchObject({ remains: false });
    expect(reports.length).toBeLessThanOrEqual(most);
    expect(world.documents()).toEqual([]);
    const distinct = new Set(world.accepted).size;
    expect(distinct).toBe(world.accepted.length);
    for (const { keys } of reports) expect(keys.accepted).toBeGreaterThan(0);
  };

  it.each([
    ['60 refused keys, 30 seconds', () => seed(keysWithoutEvent(60)), { seconds: 30, perSecond: 0.1 }, 4],
    [
      '600 records of a failed invocation, 10 seconds',
      () => seed(failedInvocation(events(600)), PREFIXES.failedInvocations),
      { seconds: 10, perSecond: 5 },
      10,
    ],
    [
      'records without a route, which got one',
      () =>
        seed({
          ...keysLetter(events(3_000)),
          kind: 'records',
          code: 'OmsSync.NoRoute',
          keys: undefined,
          sync_task_id: undefined,
        }),
      { seconds: 60, perSecond: 2 },
      5,
    ],
  ] as const)(TITLE, getsShorter);

  itThorough.each([
    ['70,000 refused keys, 900 seconds', () => seed(keysWithoutEvent(70_000)), { seconds: 900, perSecond: 5 }, 3],
    [
      '40,000 pairs of a failed invocation, 900 seconds',
      () => {
        world.routes = TASKS;
        seed(failedInvocation(events(2_000)), PREFIXES.failedInvocations);
      },
      { seconds: 900, perSecond: 1 },
      6,
    ],
    [
      'more pairs than are submitted of one document',
      () => {
        world.routes = TASKS;
        seed(failedInvocation(events(3_000)), PREFIXES.failedInvocations);
      },
      { seconds: 900, perSecond: 100 },
      2,
    ],
  ] as const)(TITLE, getsShorter);

  it('tries every key, though a run has time for those only that are refused', async () => {
    const keys = new Map(
      names(30).map((name) => {
        const letter = keysLetter({ Records: [record(name)] }, { created: NOW - 86_400_000, requestId: name });
        return [seedLetter(world, letter), name] as const;
      }),
    );
    for (const document of world.documents().slice(0, 20)) world.reactions.set(keys.get(document) ?? '', 'refuse');
    const { clock } = world;
    clock.sleep = async (ms) => {
      clock.time += ms;
    };

    for (let run = 0; run < 3; run += 1) {
      const began = clock.time;
      await world.redrive({
        concurrency: 1,
        maxKeysPerCall: 1,
        remaining: () => began + 20_000 - clock.time,
        limiter: new RateLimiter({ perSecond: 1, now: () => clock.time, sleep: clock.sleep }),
      });
    }

    expect(new Set(world.accepted).size).toBe(10);
  });

  it('gets shorter where OMS takes some calls and throttles the others, every time the same', async () => {
    seed(keysWithoutEvent(200));
    let calls = 0;
    world.beforeCall = async () => {
      calls += 1;
      if (calls % 8 > 2) throw omsError(429);
    };

    const reports = await runs({ seconds: 900, perSecond: 100 });

    expect(reports.at(-1)).toMatchObject({ remains: false });
    expect(new Set(world.accepted).size).toBe(200);
  });

  itThorough('keeps the attempts and the code of what had no turn', async () => {
    seed(keysWithoutEvent(REDRIVE_LIMITS.documentPairs + 1));

    await world.redrive();

    expect(world.documents().map((name) => world.read(name))).toMatchObject([
      { code: 'OmsSync.KeyRefused', attempts: 3, keys: [{ key: `photos/${REDRIVE_LIMITS.documentPairs}` }] },
    ]);
  });
});
