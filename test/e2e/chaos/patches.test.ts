import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MUTATIONS } from '../../../scripts/chaos/mutations.ts';
import { ROOT } from '../../../scripts/serverless/config.ts';

it.each(MUTATIONS.flatMap(({ name, patches }) => patches.map((patch) => [name, patch] as const)))(
  'the place of a deliberate bug is in the sources once: %s',
  (_name, { file, find }) => {
    expect(readFileSync(join(ROOT, file), 'utf8').split(find)).toHaveLength(2);
  },
);
