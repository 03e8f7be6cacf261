import { describe, expect, it } from 'vitest';
import { MUTATIONS, runMutations } from '../../../scripts/chaos/mutations.ts';

describe('a deliberate bug', () => {
  it.each(MUTATIONS.map((mutation) => [mutation.name, mutation] as const))(
    'is found by a run: %s',
    async (_name, mutation) => {
      const [verdict] = await runMutations([mutation], { first: 1, workers: 2 });
      expect(verdict?.rule, `after ${verdict?.runs} runs`).toBeDefined();
    },
  );
});
