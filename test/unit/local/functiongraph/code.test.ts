import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { expect, it, onTestFinished } from 'vitest';
import { unpackCode } from '../../../../scripts/local/functiongraph/code.ts';

it.each(['../out.js', '/out.js', 'a/../../out.js', 'a\\b.js'])('refuses a zip that holds %s', async (name) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'code-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));

  await expect(unpackCode(dataDir, 'f', zipSync({ [name]: strToU8('1') }))).rejects.toThrow('leaves its folder');
});

it('unpacks folders, twice into different places', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'code-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const zip = zipSync({ 'index.js': strToU8('1'), lib: { 'a.js': strToU8('2') } });

  const [one, other] = [await unpackCode(dataDir, 'f', zip), await unpackCode(dataDir, 'f', zip)];

  expect(one).not.toBe(other);
  expect((await readdir(one, { recursive: true })).sort()).toEqual(['index.js', 'lib', 'lib/a.js']);
});
