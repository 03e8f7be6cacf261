import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { METRICS_FILE, metricsDocument } from '../../../scripts/docs/metrics.ts';

it('docs/reference/metrics.md is made from the table of metrics (npm run docs writes it anew)', async () => {
  expect(await readFile(METRICS_FILE, 'utf8')).toBe(metricsDocument());
});
