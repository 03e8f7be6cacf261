import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '#shared/reconcile/compare/verdict.ts';
import { UsageError } from '../../../../scripts/cli/errors.ts';
import { NameList } from '../../../../scripts/cli/reconcile/name-list.ts';
import { HOSTILE_KEYS } from '../../../../scripts/local/hostile-keys.ts';

const finding = (key: string, submit: boolean): Finding => ({ key, verdict: submit ? 'missing' : 'in_flight', submit });

describe('the list of names', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oms-sync-names-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has what OMS would copy, a name a line, whatever is in a name', async () => {
    const path = join(folder, 'names.txt');
    const list = new NameList(path);
    list.add(HOSTILE_KEYS.map((key) => finding(key, true)));
    list.add([finding('young', false)]);
    list.add([finding('a b/c+d%2F\n.txt', true)]);
    list.close();

    const text = await readFile(path, 'utf8');
    expect(text).toMatch(/^[\x21-\x7e\n]+\n$/);
    expect(text.endsWith('\na%20b/c%2Bd%252F%0A.txt\n')).toBe(true);
    const names = text.trimEnd().split('\n').map(decodeURIComponent);
    expect(names).toEqual([...HOSTILE_KEYS, 'a b/c+d%2F\n.txt']);
    expect(list.names).toBe(names.length);
  });

  it('says that it cannot be written', () => {
    expect(() => new NameList(join(folder, 'no', 'such'))).toThrow(UsageError);
    expect(() => new NameList(folder)).toThrow('--list: the file cannot be written (EISDIR)');
  });
});
