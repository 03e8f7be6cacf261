import { describe, expect, it } from 'vitest';
import { FAILURES } from '#shared/pipeline/failures.ts';
import { countFinding, type DiffStep, noCounts } from '#shared/reconcile/compare/counts.ts';
import type { Finding } from '#shared/reconcile/compare/verdict.ts';
import { isAccountedFor, MAX_PENDING, newRange, type RangeState } from '#shared/reconcile/pass/range-state.ts';
import { submitPending, submitStep } from '#shared/reconcile/pass/submit-step.ts';
import type { KeyResult } from '#shared/reconcile/submit/submitter.ts';

/** A step in which these keys are missing. */
function step(...keys: string[]): DiffStep {
  const counts = noCounts();
  const findings = keys.map((key): Finding => {
    const finding = { key, verdict: 'missing', source: { key, size: 1, lastModified: 0 }, submit: true } as const;
    countFinding(counts, finding);
    return finding;
  });
  return { cursor: keys.at(-1) ?? 'none', counts, findings };
}

type Special = 'failed' | 'stopped' | 'times out';
const CODES = {
  failed: 'OmsSync.KeyRefused',
  stopped: 'OmsSync.SyncTaskStopped',
  'times out': 'OmsSync.OmsTimeout',
} as const;

function setUp(special: Readonly<Record<string, Special>> = {}) {
  const calls: string[][] = [];
  const submit = async (keys: readonly string[]) => {
    calls.push([...keys]);
    const results = keys.map((key): KeyResult => {
      const how = special[key];
      if (how === undefined) return { key, status: 'accepted' };
      return {
        key,
        status: how === 'failed' ? 'failed' : 'blocked',
        failure: FAILURES[CODES[how]],
        error: new Error(how),
      };
    });
    return { results, calls: Math.ceil(keys.length / 3) };
  };
  return { calls, options: { submit, size: 3, stuck: new Set<string>() } };
}

async function settled(keys: readonly (readonly string[])[], options: ReturnType<typeof setUp>['options']) {
  let state: RangeState = newRange({});
  for (const each of keys) ({ state } = await submitStep(state, step(...each), 2, options));
  return state;
}

describe('a step', () => {
  it('submits full calls, and keeps the rest for the next one', async () => {
    const { calls, options } = setUp();

    const state = await settled([['a'], ['b', 'c', 'd', 'e'], ['f']], options);

    expect(calls).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ]);
    expect(state).toMatchObject({ cursor: 'f', accepted: 6, pending: [], event_calls: 2, list_calls: 6 });
  });

  it('goes on with what is pending written down', async () => {
    const { calls, options } = setUp();

    const state = await settled([['a', 'b']], options);

    expect(calls).toEqual([]);
    expect(state).toMatchObject({ cursor: 'b', accepted: 0, pending: ['a', 'b'], event_calls: 0 });
    expect(isAccountedFor(state)).toBe(true);
  });

  it('does not go on where a key of it must wait, and keeps what became of older ones', async () => {
    const { options } = setUp({ b: 'failed', d: 'stopped' });
    const before = await settled([['a', 'b']], options);

    const { state, blocked, failed } = await submitStep(before, step('c', 'd', 'e', 'f'), 2, options);

    expect(blocked).toMatchObject({ status: 'blocked', failure: { code: 'OmsSync.SyncTaskStopped' } });
    expect(state).toMatchObject({ cursor: 'b', accepted: 1, failed: 1, pending: [], list_calls: 2 });
    expect(state.counts).toEqual(before.counts);
    expect(failed.map(({ key }) => key)).toEqual(['b']);
    expect(isAccountedFor(state)).toBe(true);
  });

  it('keeps a pending key that must wait pending', async () => {
    const { options } = setUp({ a: 'stopped' });
    const before = await settled([['a', 'b']], options);

    const { state } = await submitStep(before, step('c'), 2, options);

    expect(state).toMatchObject({ cursor: 'b', accepted: 1, pending: ['a'] });
  });

  it('goes on over keys that are refused, and names them by cause', async () => {
    const { options } = setUp({ a: 'failed', c: 'failed' });

    const state = await settled([['a', 'b', 'c']], options);

    expect(state).toMatchObject({ cursor: 'c', accepted: 1, failed: 2 });
    expect(state.refused).toEqual({ 'OmsSync.KeyRefused': { objects: 2, keys: ['a', 'c'] } });
  });

  it('goes on over a key whose call fails while others succeed, and leaves it alone until the end', async () => {
    const { calls, options } = setUp({ b: 'times out' });

    const state = await settled([['a', 'b', 'c'], ['d', 'e', 'f'], ['g']], options);

    expect(calls).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ]);
    expect(state).toMatchObject({ cursor: 'g', accepted: 5, pending: ['b', 'g'] });
    expect(isAccountedFor(state)).toBe(true);
  });

  it('does not go on where no call succeeds', async () => {
    const { options } = setUp({ a: 'times out', b: 'times out', c: 'times out' });

    expect(await submitStep(newRange({}), step('a', 'b', 'c'), 2, options)).toMatchObject({
      blocked: { status: 'blocked' },
      state: { accepted: 0, pending: [] },
    });
  });

  it('does not go on where more must wait than a range keeps', async () => {
    const keys = Array.from({ length: MAX_PENDING + 2 }, (_, index) => `k${String(index).padStart(3, '0')}`);
    const { options } = setUp(Object.fromEntries(keys.slice(1).map((key) => [key, 'times out'])));

    const { state, blocked } = await submitStep(newRange({}), step(...keys), 2, { ...options, size: 1 });

    expect(blocked).toBeDefined();
    expect(state.cursor).toBeUndefined();
  });

  it('takes a result that is missing for one that must wait', async () => {
    const { options } = setUp();
    const submit = async () => ({ results: ['a', 'b'].map((key) => ({ key, status: 'accepted' }) as const), calls: 1 });

    const { state } = await submitStep(newRange({}), step('a', 'b', 'c'), 2, { ...options, submit });

    expect(state).toMatchObject({ accepted: 2, pending: ['c'] });
    expect(isAccountedFor(state)).toBe(true);
  });
});

describe('what is pending', () => {
  it('of several ranges goes in common calls, and each range gets its own back', async () => {
    const { calls, options } = setUp({ c: 'failed', e: 'times out' });
    const states = [
      await settled([['a', 'b']], options),
      await settled([['c']], options),
      await settled([['d', 'e']], options),
    ];

    const { states: after, failed, blocked } = await submitPending(states, options);

    expect(calls).toEqual([['a', 'b', 'c', 'd', 'e']]);
    expect(after).toMatchObject([
      { accepted: 2, pending: [], event_calls: 2 },
      { accepted: 0, failed: 1, pending: [], event_calls: 0 },
      { accepted: 1, pending: ['e'] },
    ]);
    expect(failed.map(({ key }) => key)).toEqual(['c']);
    expect(blocked?.status).toBe('blocked');
    expect(after.every(isAccountedFor)).toBe(true);
  });
});
