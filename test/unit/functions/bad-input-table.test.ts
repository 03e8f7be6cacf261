import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BAD_INPUT_FILE, badInputTable } from '../../../scripts/docs/bad-input.ts';
import { captureLog, type LogLines } from '../../helpers/log-lines.ts';

describe('docs/bad-input.md', () => {
  let log: LogLines;
  beforeAll(() => {
    log = captureLog();
  });
  afterAll(() => log.restore());

  it('says what the functions answer (node --import tsx scripts/docs/bad-input.ts writes it anew)', async () => {
    expect(await readFile(BAD_INPUT_FILE, 'utf8')).toBe(await badInputTable());
  });
});
