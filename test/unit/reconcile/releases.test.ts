import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readReport } from '#shared/reconcile/report/report.ts';
import { PREFIX, START, STATE, World } from '../../helpers/reconcile-world.ts';

/** Documents that release 0.1.0 wrote. They are never written anew: what a release wrote stays readable. */
const stored = (name: string): string =>
  readFileSync(new URL(`../../fixtures/releases/reconcile/${name}`, import.meta.url), 'utf8');

/** The buckets in front of which release 0.1.0 stopped, with its documents in the state bucket. */
async function world(): Promise<World> {
  const made = new World({ pageKeys: 5 });
  made.fill(60, (index) => index % 5 === 0);
  made.time = START + 2 * 3_600_000;
  for (const name of ['checkpoint.json', 'complete.json'])
    await made.stateStore.putObject({ bucket: STATE, key: PREFIX + name, body: stored(name) });
  return made;
}

it('a checkpoint of release 0.1.0 is resumed: nothing is counted twice, nothing that was pending is lost', async () => {
  const made = await world();

  const result = await made.run({ workers: 2 });

  expect(result).toMatchObject({ outcome: 'completed', accepted: 23, failed: 3, pending: 0, unreadable: [] });
  expect(made.latest).toMatchObject({
    pass: 2,
    id: 'second',
    runs: 2,
    complete: true,
    refused: [{ code: 'OmsSync.KeyRefused', objects: 3, keys: ['k000004', 'k000009', 'k000014'] }],
  });
  expect(made.accepted).toEqual(
    expect.arrayContaining(['k000015', 'k000016', 'k000018', 'k000020', 'k000022', 'k000024', 'k000028', 'young']),
  );
  // Up to the cursor of its range, nothing but what was pending is submitted.
  expect(made.accepted.filter((key) => key < 'k000015')).toEqual([]);
});

it('a complete report of release 0.1.0 is what the next pass is compared with', async () => {
  const made = await world();

  await made.run({ workers: 2 });

  expect(made.latest.trend.map(({ pass, differences }) => ({ pass, differences }))).toMatchObject([
    { pass: 1, differences: 10 },
    { pass: 2 },
  ]);
  expect(made.latest.loss.since).toBe('2026-11-21T12:00:00.200Z');
});

it.each(['complete.json', 'report.json'])('%s of release 0.1.0 is read without a loss', (name) => {
  expect(readReport(stored(name), START + 86_400_000)).toEqual(JSON.parse(stored(name)));
});
