import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_LIMITS } from '#shared/oms/limits.ts';

const MB = 1024 * 1024;
/** Size of the text and of everything that reading it makes; a function has at least 128. */
const HEAP_MB = 48;

const filled = (piece: (index: number) => string, around: (text: string) => string): string => {
  let text = '';
  for (let index = 0; text.length < CLIENT_LIMITS.responseBytes - 64; index += 1) text += piece(index);
  return around(text);
};
const list = (text: string): string => `[${text}0]`;
const half = CLIENT_LIMITS.responseBytes / 2;

/** The worst that we know of, each as long as an answer of OMS may be. */
const TEXTS: Readonly<Record<string, () => string>> = {
  'a run of \\u0000 and large integers': () =>
    list(`"${'\\u0000'.repeat(half / 6)}",${'9007199254740993,'.repeat(half / 17 - 8)}`),
  'runs of \\u0000 before each large integer': () => filled(() => `"${'\\u0000'.repeat(20)}",9007199254740993,`, list),
  'large integers': () => filled(() => '9007199254740993,', list),
  'integers of as many digits as are read': () => filled(() => `${'9'.repeat(100)},`, list),
  'one integer': () => '9'.repeat(CLIENT_LIMITS.responseBytes),
  'empty lists': () => filled(() => '[],', list),
  'empty objects': () => filled(() => '{},', list),
  'objects of a member each': () => filled((index) => `{"f${index}":1},`, list),
  'one object of many members': () =>
    filled(
      (index) => `"f${index}":1,`,
      (text) => `{${text}"f":0}`,
    ),
  'members that are there twice': () =>
    filled(
      () => '"a":1,',
      (text) => `{${text}"a":0}`,
    ),
  'numbered members': () =>
    filled(
      (index) => `"${index * 40_000}":1,`,
      (text) => `{${text}"f":0}`,
    ),
  'brackets that nothing closes': () => '['.repeat(CLIENT_LIMITS.responseBytes),
  'escapes that nothing closes': () => `"${'\\"'.repeat(half)}`,
};

let reader: string;
beforeAll(async () => {
  const entry = join(import.meta.dirname, '../../../shared/validation/json-reader.ts');
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
  });
  reader = outputFiles[0]?.text ?? '';
});

describe('reading JSON of a megabyte', () => {
  it.each(Object.keys(TEXTS))(`needs little memory: %s`, async (name) => {
    const text = TEXTS[name]?.() ?? '';
    expect(text.length).toBeGreaterThan(0.9 * MB);
    const worker = new Worker(
      `${reader}
      const { parentPort, workerData } = require('node:worker_threads');
      try { globalThis.kept = readJson(workerData, true); } catch (error) { if (error.name !== 'JsonFault') throw error; }
      parentPort.postMessage('read');`,
      {
        eval: true,
        workerData: text,
        resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 8 },
      },
    );

    expect(await once(worker, 'message')).toEqual(['read']);
    await worker.terminate();
  });
});
