import { describe, expect, it } from 'vitest';
import { readConfig } from '#shared/config/read.ts';
import type { DeadLetter } from '#shared/deadletters/document.ts';
import type { Clock } from '#shared/http/clock.ts';
import type { OmsClient } from '#shared/oms/client.ts';
import { Invocation } from '#shared/platform/invocation.ts';
import { createOnObjectCreated } from '../../../functions/on-object-created/on-object-created.ts';
import { variables } from '../../../functions/on-object-created/variables.ts';
import { fakeContext } from '../../helpers/fake-context.ts';
import { omsError } from '../../helpers/oms-error.ts';

const START = Date.parse('2026-10-01T12:00:00.000Z');
const TEXTS: Readonly<Record<string, string>> = {
  OMS_REGION: 'cn-north-4',
  OMS_PROJECT_ID: 'p',
  OMS_MAX_KEYS_PER_CALL: '1',
  OMS_CONCURRENCY: '1',
  STATE_BUCKET: 'state',
  ROUTES: JSON.stringify([{ source: { bucket: 'source' }, sync_task_id: 'task-1' }]),
};
const event = (...keys: readonly string[]) => ({
  Records: keys.map((key) => ({
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name: 'source' }, object: { key } },
  })),
});

interface WorldOptions {
  readonly variables?: Readonly<Record<string, string>>;
  /** Answers a call; throws where OMS refuses. */
  readonly send?: (keys: readonly string[]) => void;
  readonly status?: 'SYNCHRONIZING' | 'STOPPED';
  readonly random?: number;
}

/** One instance of the function in a world without a network, where time passes only while somebody sleeps. */
function world(options: WorldOptions = {}) {
  const seen = { sent: [] as string[], shown: 0, slept: 0, letters: [] as DeadLetter[] };
  const time = { now: START, remaining: 60_000 };
  const clock: Clock = {
    now: () => time.now,
    sleep: async (ms) => {
      time.now += ms;
      seen.slept += ms;
    },
    random: () => options.random ?? 0,
  };
  const oms = {
    createSyncEvents: async ({ objectKeys }: { readonly objectKeys: readonly string[] }) => {
      seen.sent.push(...objectKeys);
      options.send?.(objectKeys);
      return { attempts: 1 };
    },
    showSyncTask: async () => {
      seen.shown += 1;
      return { status: options.status ?? 'SYNCHRONIZING' };
    },
  } as unknown as OmsClient;
  const texts = { ...TEXTS, ...options.variables };
  const config = readConfig(variables, (name) => texts[name] || undefined);
  const onObjectCreated = createOnObjectCreated({ clock });
  const invoke = (given: unknown) =>
    onObjectCreated(given, {
      config,
      invocation: new Invocation(fakeContext({ remaining: () => time.remaining }), { write: () => {}, now: clock.now }),
      oms,
      deadLetters: async () => ({
        put: async (letter) => {
          seen.letters.push(letter);
          return letter.id;
        },
      }),
    });
  return { seen, time, invoke };
}

describe('an instance of on-object-created', () => {
  it('keeps one rate of calls over its invocations', async () => {
    const { seen, invoke } = world({ variables: { OMS_CALLS_PER_SECOND: '2' } });

    for (const key of ['a', 'b', 'c', 'd']) await invoke(event(key));

    expect(seen.sent).toEqual(['a', 'b', 'c', 'd']);
    expect(seen.slept).toBe(1000);
  });

  it('asks once in seconds whether a task is stopped, which is no fault of its keys', async () => {
    const refuse = () => {
      throw omsError(400, 'OMS.0001');
    };
    const { seen, time, invoke } = world({ send: refuse, status: 'STOPPED' });

    for (const _ of [1, 2]) await expect(invoke(event('a'))).rejects.toMatchObject({ name: 'SubmitFailedError' });
    expect(seen).toMatchObject({ shown: 1, letters: [] });
    time.now += 60_000;
    await expect(invoke(event('a'))).rejects.toMatchObject({ name: 'SubmitFailedError' });
    expect(seen.shown).toBe(2);
  });

  it.each([
    ['leaves time for dead letters', { STATE_BUCKET: 'state' }, ['a']],
    ['needs none where there is no bucket for them', { STATE_BUCKET: '' }, ['a', 'b']],
  ])('%s', async (_name, more, sent) => {
    const { seen, time, invoke } = world({
      variables: more,
      send: () => {
        time.remaining = 6_000;
      },
    });

    await invoke(event('a', 'b')).catch(() => {});

    expect(seen.sent).toEqual(sent);
  });

  it('begins elsewhere in an event each time, so that every part of one that is too large gets its turn', async () => {
    const { seen, invoke } = world({ random: 0.5 });

    await invoke(event('a', 'b', 'c', 'd'));

    expect(seen.sent).toEqual(['c', 'd', 'a', 'b']);
  });

  it('takes the time of dead letters and of its summary from its clock', async () => {
    const { seen, time, invoke } = world({
      send: () => {
        time.now += 250;
        throw omsError(400, 'OMS.0001');
      },
    });

    const summary = await invoke(event('a'));

    expect(summary).toMatchObject({ ms: 250, dead_lettered: 1 });
    expect(seen.letters).toMatchObject([{ created: '2026-10-01T12:00:00.250Z', function: 'function-1' }]);
  });

  it('knows nothing of other instances', async () => {
    const first = world({ variables: { OMS_CALLS_PER_SECOND: '1' } });
    const second = world({ variables: { OMS_CALLS_PER_SECOND: '1' } });

    await first.invoke(event('a'));
    await second.invoke(event('a'));

    expect([first.seen.slept, second.seen.slept]).toEqual([0, 0]);
  });
});
