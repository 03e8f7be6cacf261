import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { UsageError } from '../../../../scripts/cli/errors.ts';
import { readRemembered, writeRemembered } from '../../../../scripts/cli/reconcile/remembered.ts';
import { World } from '../../../helpers/reconcile-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'remembered-'));
const file = join(folder, 'submissions.json');
afterAll(() => rmSync(folder, { recursive: true }));

it('a command that runs every quarter of an hour submits what never arrives as often as it is told', async () => {
  const world = new World();
  world.put('x');
  for (let run = 0; run < 40; run++) {
    const started = world.time;
    const submissions = readRemembered(file, 'a to b');
    const { submissions: after } = await world.run({ state: undefined, submissions, maxSubmissions: 3 });
    if (after) await writeRemembered(file, 'a to b', after, true, started);
    world.time += 900_000;
  }

  expect(world.accepted).toEqual(['x', 'x', 'x']);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: 1, of: 'a to b' });
});

it.each(['', 'null', '{}', '{"version":1,"since":"never","submissions":""}', '['.repeat(1000)])(
  'a file that holds %.40j is left alone',
  (text) => {
    const other = join(folder, 'other');
    writeFileSync(other, text);
    expect(() => readRemembered(other, 'a to b')).toThrow(UsageError);
  },
);

it('a file of other buckets is refused', () => {
  expect(() => readRemembered(file, 'a to c')).toThrow('--remember names a file of another comparison');
});
