import { describe, expect, it } from 'vitest';
import { Arrivals } from '../../../../scripts/local/demo/arrivals.ts';
import { preciseNow } from '../../../../scripts/local/demo/protocol.ts';

describe('arrivals of the demo', () => {
  it('counts an object once, at its first arrival', () => {
    const arrivals = new Arrivals();
    arrivals.uploaded('a');
    const now = preciseNow();
    arrivals.arrived([
      { key: 'a', at: now + 100 },
      { key: 'a', at: now + 900 },
    ]);

    expect(arrivals.count).toBe(1);
    const [latency = 0] = arrivals.latencies();
    expect(latency).toBeGreaterThanOrEqual(100);
    expect(latency).toBeLessThan(900);
  });

  it('has no latency for what has not arrived, and none below zero', () => {
    const arrivals = new Arrivals();
    arrivals.arrived([{ key: 'early', at: 0 }]);
    arrivals.uploaded('early');
    arrivals.uploaded('never');
    expect(arrivals.latencies()).toEqual([0]);
  });

  it('waits until as many have arrived as are expected, also where that becomes known late', async () => {
    const arrivals = new Arrivals();
    let asked = 0;
    const all = await arrivals.until(async () => {
      asked += 1;
      arrivals.arrived([{ key: `object ${asked}`, at: 0 }]);
      return asked < 3 ? undefined : 3;
    }, 10_000);

    expect([all, asked]).toEqual([true, 3]);
  });

  it('gives up where nothing arrives any more', async () => {
    expect(await new Arrivals().until(async () => 1, 1)).toBe(false);
    expect(await new Arrivals().until(async () => undefined, 1)).toBe(false);
  });
});
