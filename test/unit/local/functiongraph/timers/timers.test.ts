import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Timers } from '../../../../../scripts/local/functiongraph/timers/timers.ts';
import type { FunctionConfig, TimerEvent } from '../../../../../scripts/serverless/config.ts';

function withTimers(...timers: TimerEvent[]): FunctionConfig {
  return { events: timers.map((timer) => ({ timer })) } as unknown as FunctionConfig;
}

describe('Timers', () => {
  const fired: string[] = [];
  const make = (
    fire = async (key: string, event: { time: string }) => {
      fired.push(`${key} ${event.time}`);
      return { outcome: 'accepted' as const, requestId: 'id' };
    },
  ): Timers =>
    new Timers({
      now: Date.now,
      timeZone: 'Asia/Shanghai',
      fire,
      onError: (key, error) => fired.push(`${key} failed: ${error.message}`),
    });

  beforeEach(() => {
    fired.length = 0;
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('fire by their schedule, in their own time zone', async () => {
    const timers = make();
    timers.set('f', withTimers({ name: 'a', type: 'Rate', schedule: '20m' }));
    timers.set('g', withTimers({ name: 'b', type: 'Cron', schedule: 'CRON_TZ=Europe/Berlin 0 30 1 * * *' }));

    await vi.advanceTimersByTimeAsync(3_600_000);

    expect(fired).toEqual([
      'f 2026-01-01T08:20:00+08:00',
      'g 2026-01-01T01:30:00+01:00',
      'f 2026-01-01T08:40:00+08:00',
      'f 2026-01-01T09:00:00+08:00',
    ]);
    timers.close();
  });

  it('stop when their function is deployed without them, and on close', async () => {
    const timers = make();
    timers.set('f', withTimers({ name: 'a', type: 'Rate', schedule: '1m' }));
    timers.set('g', withTimers({ name: 'a', type: 'Rate', schedule: '1m' }));
    timers.set('f', withTimers());
    timers.close();

    await vi.advanceTimersByTimeAsync(600_000);

    expect(fired).toEqual([]);
  });

  it('do not fire when they are disabled, but are listed', async () => {
    const timers = make();
    timers.set('f', withTimers({ name: 'a', type: 'Rate', schedule: '1m', enabled: false }));

    await vi.advanceTimersByTimeAsync(600_000);

    expect(fired).toEqual([]);
    expect(timers.list()).toEqual([{ function: 'f', name: 'a', schedule: 'Rate 1m', next: null }]);
  });

  it('wait longer than a timer of Node.js can', async () => {
    const timers = make();
    timers.set('f', withTimers({ name: 'a', type: 'Rate', schedule: '30d' }));

    await vi.advanceTimersByTimeAsync(30 * 86_400_000 - 1);
    expect(fired).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);

    expect(fired).toEqual(['f 2026-01-31T08:00:00+08:00']);
    timers.close();
  });

  it('go on after an event was refused', async () => {
    const timers = make(async () => Promise.reject(new Error('no')));
    timers.set('f', withTimers({ name: 'a', type: 'Rate', schedule: '1m' }));

    await vi.advanceTimersByTimeAsync(120_000);

    expect(fired).toEqual(['f failed: no', 'f failed: no']);
    timers.close();
  });

  it('do not make up for what was missed while the machine slept', async () => {
    const timers = make();
    timers.set('f', withTimers({ name: 'a', type: 'Rate', schedule: '1m' }));

    vi.setSystemTime(Date.UTC(2026, 0, 1, 5, 0, 30));
    await vi.advanceTimersByTimeAsync(60_000);
    await vi.advanceTimersByTimeAsync(30_000);

    expect(fired).toEqual(['f 2026-01-01T08:01:00+08:00', 'f 2026-01-01T13:02:00+08:00']);
    timers.close();
  });

  describe('of triggers', () => {
    const start = Date.UTC(2026, 0, 1);
    const event = { name: 'a', type: 'Rate', schedule: '20m' } as const;
    const live = { target: 'urn:f:!live', functionUrn: 'urn:f', event, since: start };

    it('call their target; intervals are counted from what they say, as before a restart', async () => {
      const timers = make();
      vi.setSystemTime(start + 15 * 60_000);
      timers.put('one', live);
      timers.put('off', { ...live, event: { ...event, enabled: false } });

      await vi.advanceTimersByTimeAsync(25 * 60_000);

      expect(fired).toEqual(['urn:f:!live 2026-01-01T08:20:00+08:00', 'urn:f:!live 2026-01-01T08:40:00+08:00']);
      timers.close();
    });

    it('are replaced and removed one by one', async () => {
      const timers = make();
      timers.put('one', live);
      timers.put('two', { ...live, target: 'urn:f:v1' });
      timers.put('one', { ...live, event: { ...event, schedule: '1h' } });
      await vi.advanceTimersByTimeAsync(20 * 60_000);
      timers.remove('two');
      timers.remove('nobody');

      await vi.advanceTimersByTimeAsync(40 * 60_000);

      expect(fired).toEqual(['urn:f:v1 2026-01-01T08:20:00+08:00', 'urn:f:!live 2026-01-01T09:00:00+08:00']);
      expect(timers.list()).toHaveLength(1);
      timers.close();
    });

    it('are fired by the URN of their function, not by that of another', async () => {
      const timers = make();
      timers.put('other', { ...live, target: 'urn:g:!live', functionUrn: 'urn:g' });
      timers.put('one', live);

      await timers.fire('urn:f', 'a');
      await expect(timers.fire('urn:h', 'a')).rejects.toMatchObject({ status: 404 });
      await expect(timers.fire('urn:f', 'b')).rejects.toMatchObject({ status: 404 });

      expect(fired).toEqual(['urn:f:!live 2026-01-01T08:00:00+08:00']);
      timers.close();
    });

    it('keep the old one where the new schedule is malformed', async () => {
      const timers = make();
      timers.put('one', live);

      expect(() => timers.put('one', { ...live, event: { ...event, schedule: '1s' } })).toThrow('malformed');

      await vi.advanceTimersByTimeAsync(20 * 60_000);
      expect(fired).toHaveLength(1);
      timers.close();
    });
  });
});
