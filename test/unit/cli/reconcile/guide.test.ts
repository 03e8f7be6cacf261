import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { REASONS, VERDICTS } from '#shared/reconcile/compare/verdict.ts';
import { reconcileRequest } from '#shared/reconcile/request-options.ts';
import { ROOT } from '../../../../scripts/serverless/config.ts';

describe('docs/reference/reconcile.md', () => {
  let text: string;
  beforeAll(async () => {
    text = await readFile(join(ROOT, 'docs', 'reference', 'reconcile.md'), 'utf8');
  });

  it('names every verdict, every reason and every field of a request', () => {
    const names = [...VERDICTS, ...REASONS, ...Object.keys(reconcileRequest.shape)];
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});
