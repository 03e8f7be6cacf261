import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { VERDICTS } from '#shared/reconcile/compare/verdict.ts';
import { REPORT_SCHEMA_FILE, reportJsonSchema } from '../../../scripts/docs/schema/reconcile-report.ts';

describe('docs/reconcile-report.schema.json', () => {
  it('is the schema that reports are read with (npm run docs writes it anew)', async () => {
    expect(await readFile(REPORT_SCHEMA_FILE, 'utf8')).toBe(reportJsonSchema());
  });

  it('has every verdict, each described', () => {
    const { properties } = JSON.parse(reportJsonSchema()) as {
      properties: { verdicts: { required: string[]; properties: Record<string, { description?: string }> } };
    };

    expect(properties.verdicts.required).toEqual([...VERDICTS]);
    for (const verdict of VERDICTS) expect(properties.verdicts.properties[verdict]?.description).toMatch(/\.$/);
  });
});
