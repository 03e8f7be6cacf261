import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readDeadLetter } from '#shared/deadletters/document.ts';
import { DEAD_LETTER_SCHEMA_FILE, deadLetterJsonSchema } from '../../../scripts/docs/schema/dead-letter.ts';

describe('docs/dead-letter.schema.json', () => {
  it('is the schema that dead letters are read with (npm run docs writes it anew)', async () => {
    expect(await readFile(DEAD_LETTER_SCHEMA_FILE, 'utf8')).toBe(deadLetterJsonSchema());
  });

  it('has examples that are read', () => {
    const { examples } = JSON.parse(deadLetterJsonSchema()) as { examples: unknown[] };

    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(readDeadLetter(example)).toEqual(example);
  });
});
