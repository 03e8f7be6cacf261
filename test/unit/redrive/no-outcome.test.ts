import { expect, it, vi } from 'vitest';
import { keysLetter, record, seedLetter } from '../../helpers/redrive-documents.ts';
import { RedriveWorld } from '../../helpers/redrive-world.ts';

vi.mock('#shared/pipeline/submit.ts', () => ({ submit: async () => ({ outcomes: [], calls: 1, attempts: 1 }) }));

it('deletes nothing of which it is not told what became of it', async () => {
  const world = new RedriveWorld();
  const name = seedLetter(world, keysLetter({ Records: [record('a')] }));

  const report = await world.redrive();

  expect(world.documents()).toEqual([name]);
  expect(report).toMatchObject({ remains: true, keys: { accepted: 0, left: 1 } });
});
