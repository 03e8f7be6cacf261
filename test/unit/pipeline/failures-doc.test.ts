import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { FAILURES, type FailureCode } from '#shared/pipeline/failures.ts';
import { MEANINGS } from '../../../scripts/docs/failure-meanings.ts';
import { FAILURES_FILE, failuresDocument } from '../../../scripts/docs/failures-doc.ts';

describe('docs/reference/failures.md', () => {
  it('says what the table says (npm run docs writes it anew)', async () => {
    expect(await readFile(FAILURES_FILE, 'utf8')).toBe(failuresDocument());
  });

  it('says of every failure what it means', () => {
    expect(Object.keys(MEANINGS)).toEqual(Object.keys(FAILURES));
    for (const meaning of Object.values(MEANINGS)) expect(meaning).toMatch(/^[A-Z].{10,200}\.$/);
  });

  it('has a row for every failure, with its remedy', () => {
    const lines = failuresDocument().split('\n');

    for (const { code, scope, retryable, remedy } of Object.values(FAILURES)) {
      const meaning = MEANINGS[code as FailureCode];
      expect(lines).toContain(`| \`${code}\` | ${scope} | ${retryable ? 'yes' : 'no'} | ${meaning} | ${remedy} |`);
    }
  });
});
