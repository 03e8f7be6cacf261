import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildAll } from '../../../scripts/build/build.ts';
import { type Manifest, sha256 } from '../../../scripts/build/manifest.ts';
import { deterministicZip } from '../../../scripts/build/zip.ts';
import { checkBundles, formatReport, HTTP_BUNDLE_BYTES } from '../../../scripts/checks/check-bundle.ts';
import { declare, GOOD, project } from './project.ts';

const EVENT_FUNCTION = declare('subject', '');
const INITIALIZED = declare('subject', '\n    initializer: index.initializer');

/** Violations of one function that is built from TypeScript, as `rule: message`. */
async function checkSource(code: string, yaml?: string, files?: Record<string, string>): Promise<string[]> {
  const root = await project({ subject: yaml === undefined ? { code } : { code, yaml } }, files);
  await buildAll({ root });
  return violationsOf(root);
}

/** Violations of a zip that no build of ours would write. */
async function checkZip(files: Record<string, string>, yaml?: string): Promise<string[]> {
  const root = await project({ subject: yaml === undefined ? { code: GOOD } : { code: GOOD, yaml } });
  await buildAll({ root });
  const content = Object.entries(files).map(([name, text]) => [name, Buffer.from(text)] as const);
  const zip = deterministicZip(Object.fromEntries(content));
  await writeFile(join(root, 'dist/subject.zip'), zip);
  const manifestFile = join(root, 'dist/manifest.json');
  const manifest = JSON.parse(await readFile(manifestFile, 'utf8')) as Manifest;
  const functions = { subject: { ...manifest.functions['subject'], zipSha256: sha256(zip) } };
  await writeFile(manifestFile, JSON.stringify({ ...manifest, functions }));
  return violationsOf(root);
}

async function violationsOf(root: string, timeoutMs?: number): Promise<string[]> {
  const reports = await checkBundles({ root, ...(timeoutMs ? { timeoutMs } : {}) });
  return reports.flatMap(({ violations }) => violations.map(({ rule, message }) => `${rule}: ${message}`));
}

describe('a bundle that obeys the rules', () => {
  it.each([
    ['an HTTP function', GOOD, undefined],
    [
      'a handler with a callback',
      'export const handler = async (a: 1, b: 2, c: 3) => ({ statusCode: 204 });',
      undefined,
    ],
    [
      'an event function that rejects',
      "export const handler = async (a: 1, b: 2) => { throw new Error('no'); };",
      EVENT_FUNCTION,
    ],
    [
      'a function whose initializer fails without configuration',
      `${GOOD}export const initializer = async (c: 1, callback: 2) => { throw new Error('no configuration'); };`,
      INITIALIZED,
    ],
    [
      'middleware',
      "import middy from '@middy/core';\nexport const handler = middy(async () => ({ statusCode: 200 }));",
      undefined,
    ],
    [
      'zod/mini',
      `import * as z from 'zod/mini';\nexport const schema = z.object({ a: z.string() });\n${GOOD}`,
      undefined,
    ],
    ['modules of Node.js', `import { request } from 'node:https';\nexport { request };\n${GOOD}`, undefined],
  ])('%s passes', async (_, code, yaml) => {
    expect(await checkSource(code, yaml)).toEqual([]);
  });

  it('runs without any variable of the environment', async () => {
    const code = `export const handler = async (event: unknown, context: unknown) => {
      if (process.env['PATH'] || process.env['HOME']) throw new Error('leaked');
      return { statusCode: 200 };
    };`;

    expect(await checkSource(code)).toEqual([]);
  });
});

describe('a source that breaks a rule', () => {
  const sources: [string, string, string[], string?][] = [
    [
      'a handler with one parameter',
      'export const handler = async (a: 1) => a;',
      ['handler: handler has 1 parameter, not 2 or 3'],
    ],
    [
      'default parameters',
      'export const handler = async (a: 1, b = 2) => b;',
      ['handler: handler has 1 parameter, not 2 or 3'],
    ],
    [
      'rest parameters',
      'export const handler = async (...a: 1[]) => a;',
      ['handler: handler has 0 parameters, not 2 or 3'],
    ],
    ['another name', 'export const main = async (a: 1, b: 2) => a;', ['handler: does not export a function handler']],
    ['a handler that is no function', 'export const handler = {};', ['handler: does not export a function handler']],
    [
      'a synchronous result',
      'export const handler = (a: 1, b: 2) => ({ statusCode: 200 });',
      ['promise: returns object, not a Promise'],
    ],
    [
      'a synchronous exception',
      "export const handler = (a: 1, b: 2) => { throw new TypeError('early'); };",
      ['promise: throws instead of returning a Promise: TypeError: early'],
    ],
    [
      'an HTTP function that rejects',
      "export const handler = async (a: 1, b: 2) => { throw new Error('no'); };",
      ['answer: rejects instead of answering: Error: no'],
    ],
    [
      'an HTTP function without a status',
      'export const handler = async (a: 1, b: 2) => ({});',
      ['answer: answers without an integer statusCode'],
    ],
    [
      'an event function that rejects with a string',
      "export const handler = async (a: 1, b: 2) => Promise.reject('no');",
      ['answer: rejects with string, not an Error'],
      EVENT_FUNCTION,
    ],
    [
      'a circular answer',
      'export const handler = async (a: 1, b: 2) => { const x: any = { statusCode: 200 }; x.x = x; return x; };',
      [expect.stringMatching(/^answer: answers with what is not JSON/) as unknown as string],
    ],
    [
      'a rejection that nobody awaits',
      "export const handler = async (a: 1, b: 2) => { void Promise.reject(new Error('lost')); return { statusCode: 200 }; };",
      ['answer: raised outside of the call: Error: lost'],
    ],
    [
      'the end of the process',
      'export const handler = async (a: 1, b: 2) => process.exit(3);',
      ['answer: ended its process (exit code 3)'],
    ],
    [
      'an exception while loading',
      "export const handler = 1;\nthrow new Error('at load');",
      ['load: does not load: Error: at load'],
    ],
    [
      'a request while loading',
      `import { get } from 'node:http';\nget('http://127.0.0.1:9/').on('error', () => {});\n${GOOD}`,
      [
        'network: uses the network without being configured (connect)',
        'load: does not load: Error: There is no network in this check.',
      ],
    ],
    [
      'a request before the configuration is known',
      "export const handler = async (a: 1, b: 2) => { await fetch('http://127.0.0.1:8999/').catch(() => {}); return { statusCode: 200 }; };",
      ['network: uses the network without being configured (connect)'],
    ],
    ['an initializer that is missing', GOOD, ['initializer: does not export a function initializer'], INITIALIZED],
    [
      'an initializer with one parameter',
      `${GOOD}export const initializer = async (context: unknown) => {};`,
      ['initializer: initializer has 1 parameter, not 2'],
      INITIALIZED,
    ],
  ];
  it.each(sources)('%s is refused', async (_, code, expected, yaml) => {
    expect(await checkSource(code, yaml)).toEqual(expected);
  });

  it('names a package that is not allowed', async () => {
    expect(await checkSource(`import { parse } from 'yaml';\nexport { parse };\n${GOOD}`)).toContain(
      'inputs: the package yaml must not be part of a function',
    );
  });

  it('names full zod, its locales and the size that they lead to', async () => {
    const found = await checkSource(`import { z } from 'zod';\nexport const schema = z.string();\n${GOOD}`);

    expect(found).toEqual([
      expect.stringMatching(/^size: index\.js has [\d,]+ bytes, 122,880 are allowed for an HTTP function$/),
      expect.stringMatching(/^inputs: zod\/v4\/locales\/ar\.js: locales of zod are bundled/),
      expect.stringMatching(/^inputs: zod\/v4\/classic\/.*: full zod is bundled/),
    ]);
  });

  it('names files of test/ and scripts/, even when nothing of them is left in the bundle', async () => {
    const code = `import '../../test/fixture.ts';\nimport { tool } from '../../scripts/tool.ts';\nexport { tool };\n${GOOD}`;
    const files = { 'test/fixture.ts': 'export const unused = 1;\n', 'scripts/tool.ts': 'export const tool = 1;\n' };

    expect(await checkSource(code, undefined, files)).toEqual([
      'inputs: scripts/tool.ts must not be part of a function (and 1 more)',
    ]);
  });

  it('allows an HTTP function exactly the budget and an event function more', async () => {
    const filled = (bytes: number): Record<string, string> => {
      const head = 'exports.handler=async(a,b)=>({statusCode:200});//';
      return { 'index.js': head + 'x'.repeat(bytes - head.length) };
    };

    expect(await checkZip(filled(HTTP_BUNDLE_BYTES))).toEqual([]);
    expect(await checkZip(filled(HTTP_BUNDLE_BYTES + 1))).toEqual([
      'size: index.js has 122,881 bytes, 122,880 are allowed for an HTTP function',
    ]);
    expect(await checkZip(filled(HTTP_BUNDLE_BYTES + 1), EVENT_FUNCTION)).toEqual([]);
  });

  it('allows an HTTP function that reads buckets more', async () => {
    const reader = (bytes: number): Promise<string[]> =>
      checkSource(`import { text } from '../../shared/objectstore/client.ts';\n${GOOD}\nexport { text };`, undefined, {
        'shared/objectstore/client.ts': `export const text = '${'x'.repeat(bytes)}';\n`,
      });

    expect(await reader(HTTP_BUNDLE_BYTES)).toEqual([]);
    expect(await reader(200 * 1024)).toEqual([
      expect.stringMatching(/^size: index\.js has [\d,]+ bytes, 204,800 are allowed for an HTTP function$/),
    ]);
  });

  it('gives up on a bundle that does not settle', async () => {
    const root = await project({ subject: { code: 'export const handler = (a: 1, b: 2) => new Promise(() => {});' } });
    await buildAll({ root });

    expect(await violationsOf(root, 300)).toEqual(['answer: did not settle within 300 ms']);
  });
});

describe('a zip that no build wrote', () => {
  const handler = 'exports.handler = async (event, context) => ({ statusCode: 200 });';
  const zips: [string, Record<string, string>, string[]][] = [
    [
      'without index.js',
      { 'src/index.js': handler },
      ['zip: holds src/index.js; only index.js belongs there', 'zip: has no index.js at its root'],
    ],
    ['with other files', { 'index.js': handler, '.env': 'A=1' }, ['zip: holds .env; only index.js belongs there']],
    [
      'with an export statement',
      { 'index.js': 'export const handler = async (a, b) => a;' },
      ['esm: index.js is an ES module; the platform loads CommonJS'],
    ],
    [
      'with import.meta',
      { 'index.js': `console.log(import.meta.url);${handler}` },
      ['esm: index.js is an ES module; the platform loads CommonJS'],
    ],
    [
      'with top-level await',
      { 'index.js': 'await 1; export {};' },
      ['esm: index.js is an ES module; the platform loads CommonJS'],
    ],
    [
      'that does not parse',
      { 'index.js': 'exports.handler = ;' },
      ['syntax: index.js does not parse: Unexpected ";" (line 1, column 19)'],
    ],
    [
      'with a package outside of the bundle',
      { 'index.js': `if (globalThis.never) require('axios');${handler}` },
      ['require: asks for the module axios'],
    ],
    [
      'with a file outside of the bundle',
      { 'index.js': `exports.load = () => import('./other.js');${handler}` },
      ['require: asks for the module ./other.js'],
    ],
    [
      'with a computed module name',
      { 'index.js': `exports.load = (name) => require(name);\n${handler}` },
      ['require: asks for a module by a name that is computed (line 1, column 26)'],
    ],
    [
      'with a computed dynamic import',
      { 'index.js': `exports.load = (name) => import(name);\n${handler}` },
      ['require: asks for a module by a name that is computed (line 1, column 26)'],
    ],
  ];
  it.each(zips)('is refused: %s', async (_, files, expected) => {
    expect(await checkZip(files)).toEqual(expected);
  });

  it('is refused when it is not the one that the manifest describes', async () => {
    const root = await project({ subject: { code: GOOD } });
    await buildAll({ root });
    await writeFile(join(root, 'dist/subject.zip'), deterministicZip({ 'index.js': Buffer.from(handler) }));

    expect(await violationsOf(root)).toEqual(['zip: is not the zip that manifest.json describes: run npm run build']);
  });

  it('is refused when it is missing or not a zip', async () => {
    const root = await project({ subject: { code: GOOD } });
    await buildAll({ root });
    await writeFile(join(root, 'dist/subject.zip'), 'no zip');

    expect(await violationsOf(root)).toContain('zip: cannot be read: invalid zip data');
  });
});

describe('checkBundles', () => {
  it('asks for a build when there is none', async () => {
    const root = await project({ subject: { code: GOOD } });

    await expect(checkBundles({ root })).rejects.toThrow('is missing: run npm run build');
  });

  it('prints one clear line per violation', () => {
    const report = formatReport([
      { name: 'good', violations: [] },
      { name: 'bad', violations: [{ rule: 'require', message: 'asks for the module axios' }] },
    ]);

    expect(report).toBe("bad.zip breaks the rule 'require': asks for the module axios");
  });

  it('says how many zips it checked', () => {
    expect(formatReport([{ name: 'good', violations: [] }])).toBe('check-bundle: 1 zip obeys every rule');
  });
});
