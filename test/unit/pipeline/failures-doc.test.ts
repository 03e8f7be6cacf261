import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { FAILURES } from '#shared/pipeline/failures.ts';
import { FAILURES_FILE, failuresDocument } from '../../../scripts/failures-doc.ts';

describe('docs/failures.md', () => {
  it('says what the table says (node --import tsx scripts/failures-doc.ts writes it anew)', async () => {
    expect(await readFile(FAILURES_FILE, 'utf8')).toBe(failuresDocument());
  });

  it('has a row for every failure, with its remedy', () => {
    const lines = failuresDocument().split('\n');

    for (const { code, scope, retryable, meaning, remedy } of Object.values(FAILURES))
      expect(lines).toContain(`| \`${code}\` | ${scope} | ${retryable ? 'yes' : 'no'} | ${meaning} | ${remedy} |`);
  });
});
