import { describe, expect, it } from 'vitest';
import { formatLive, runLiveCampaign } from '../../../scripts/chaos/live/campaign.ts';

describe('the live local cloud', () => {
  it('loses nothing in 20 runs with faults in both services and processes killed under load', async () => {
    const results = await runLiveCampaign({ first: 1, runs: 20 });
    expect(
      results.flatMap(({ problems }) => problems),
      formatLive(results),
    ).toEqual([]);
    const sum = (of: (result: (typeof results)[number]) => number): number =>
      results.reduce((total, each) => total + of(each), 0);
    expect(sum(({ kills }) => kills)).toBeGreaterThan(20);
    expect(sum(({ faults }) => faults)).toBeGreaterThan(100);
    expect(sum(({ held }) => held)).toBeGreaterThan(5);
  });
});
