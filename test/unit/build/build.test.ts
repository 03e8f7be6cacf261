import { execFile } from 'node:child_process';
import { access, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { type BuildResult, buildAll, buildIfStale } from '../../../scripts/build/build.ts';
import { ROOT } from '../../../scripts/serverless/config.ts';
import { declare, GOOD, project, write } from './project.ts';

const built = (results: readonly BuildResult[]): string[] =>
  results.filter((result) => result.built).map(({ name }) => name);

/** Files are older than the build that reads them, as they are outside of tests. */
async function age(root: string, ...paths: string[]): Promise<void> {
  for (const path of paths) await utimes(join(root, path), new Date(0), new Date(0));
}

describe('buildAll', () => {
  it('writes a bundle that CommonJS can require, although the project is an ES module', async () => {
    const root = await project({ 'say-hello': { code: GOOD } });

    const [result] = await buildAll({ root });

    const bundle = createRequire(import.meta.url)(result?.bundleFile ?? '') as Record<string, unknown>;
    expect(bundle['handler']).toHaveLength(2);
    expect(await readFile(join(root, 'dist/package.json'), 'utf8')).toBe('{"type":"commonjs"}\n');
  });

  it('writes a zip that holds the same index.js at its root, and nothing else', async () => {
    const root = await project({ hello: { code: GOOD } });

    const [result] = await buildAll({ root });

    const zip = await readFile(join(root, 'dist/hello.zip'));
    const content = unzipSync(zip);
    expect(Object.keys(content)).toEqual(['index.js']);
    expect(Buffer.from(content['index.js'] ?? [])).toEqual(await readFile(join(root, 'dist/hello/index.js')));
    expect(result).toMatchObject({ name: 'hello', zipBytes: zip.byteLength, built: true });
  });

  it('leaves out the stream modules that @middy/core imports for AWS Lambda, and no others', async () => {
    const code = (extra: string): string =>
      `import middy from '@middy/core';\n${extra}export const handler = middy(async () => ({ statusCode: 200 }));\n`;
    const root = await project({
      plain: { code: code('') },
      streaming: { code: code("import { pipeline } from 'node:stream/promises';\nexport { pipeline };\n") },
    });

    await buildAll({ root });

    const modules = async (name: string): Promise<string[]> =>
      [...(await readFile(join(root, `dist/${name}/index.js`), 'utf8')).matchAll(/require\("(.*?)"\)/g)].map(
        ([, module]) => module ?? '',
      );
    expect(await modules('plain')).toEqual(['node:timers']);
    expect((await modules('streaming')).sort()).toEqual(['node:stream/promises', 'node:timers']);
  });

  it('gives the same bytes in another folder', async () => {
    const shared = { 'shared/greet.ts': "export class Greeting extends Error { text = 'hello ☃'; }\n" };
    const code = `import { Greeting } from '#shared/greet.ts';\nimport * as z from 'zod/mini';\n${GOOD}export const extra = [Greeting, z.string()];\n`;
    const roots = [await project({ hello: { code } }, shared), await project({ hello: { code } }, shared)];

    const [first, second] = await Promise.all(
      roots.map(async (root) => {
        await buildAll({ root });
        return readFile(join(root, 'dist/hello.zip'));
      }),
    );

    expect(first).toEqual(second);
  });

  it('gives the same bytes in another time zone', async () => {
    const zipIn = async (TZ: string): Promise<string> => {
      const script = `import { deterministicZip } from './scripts/build/zip.ts';
        process.stdout.write(Buffer.from(deterministicZip({ 'index.js': Buffer.from('x') })).toString('hex'));`;
      const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
      return (await promisify(execFile)(process.execPath, args, { cwd: ROOT, env: { TZ } })).stdout;
    };

    const zips = await Promise.all(['UTC', 'Pacific/Apia', 'America/St_Johns'].map(zipIn));

    expect(zips[0]).not.toBe('');
    expect(new Set(zips).size).toBe(1);
  });

  it('names every disagreement between serverless.yml and functions/', async () => {
    const root = await project({
      undeclared: { code: GOOD, yaml: '' },
      missing: {},
      'no-index': { yaml: declare('no-index') },
      'wrong-artifact': { code: GOOD, yaml: declare('wrong-artifact').replace('dist/', 'build/') },
      'wrong-handler': { code: GOOD, yaml: declare('wrong-handler').replace('index.handler', 'src/main.handler') },
    });
    await mkdir(join(root, 'functions/no-index'));

    const error = await buildAll({ root }).catch((reason: Error) => reason);

    expect((error as Error).message.split('\n').sort()).toEqual([
      'functions/no-index has no index.ts',
      'functions/undeclared is not declared in serverless.yml',
      'serverless.yml declares missing, but functions/missing/index.ts is missing',
      'serverless.yml: functions.wrong-artifact.package.artifact must be dist/wrong-artifact.zip',
      'serverless.yml: functions.wrong-handler.handler must be index.<export>',
    ]);
    await expect(access(join(root, 'dist'))).rejects.toThrow();
  });

  it('names every function that does not compile, with file and line, and builds the others', async () => {
    const root = await project({
      good: { code: GOOD },
      broken: { code: '\nexport const handler = ;\n' },
      lost: { code: "import { x } from './nowhere.ts';\nexport const handler = x;\n" },
    });

    const error = await buildAll({ root }).catch((reason: Error) => reason);

    expect((error as Error).message).toMatch(/functions\/broken\/index\.ts:2:\d+/);
    expect((error as Error).message).toMatch(/functions\/lost\/index\.ts:1:\d+/);
    await access(join(root, 'dist/good.zip'));
  });

  it('builds only the functions asked for and keeps the outputs of the others', async () => {
    const root = await project({ one: { code: GOOD }, two: { code: GOOD } });
    await buildAll({ root });
    const manifest = await readFile(join(root, 'dist/manifest.json'), 'utf8');

    const results = await buildAll({ root, only: ['two'] });

    expect(built(results)).toEqual(['two']);
    expect(await readFile(join(root, 'dist/manifest.json'), 'utf8')).toBe(manifest);
    await access(join(root, 'dist/one.zip'));
    await expect(buildAll({ root, only: ['three'] })).rejects.toThrow('no function three; there are one, two');
  });

  it('removes outputs of functions that are gone and of builds that were killed, and nothing else', async () => {
    const root = await project({ stays: { code: GOOD }, goes: { code: GOOD } });
    await buildAll({ root });
    await rm(join(root, 'functions/goes'), { recursive: true });
    // No process has this number: it is above the kernel's limit.
    const killed = `index.js.4194999.${crypto.randomUUID()}.tmp`;
    const running = `stays.zip.${process.pid}.${crypto.randomUUID()}.tmp`;
    await write(root, {
      'serverless.yml': `functions:\n${declare('stays')}`,
      'dist/notes.txt': 'mine',
      'dist/coverage/index.html': 'mine',
      [`dist/stays/${killed}`]: 'half',
      [`dist/${running}`]: 'half',
    });

    await buildAll({ root });

    const left = (await readdir(join(root, 'dist'), { recursive: true })).sort();
    expect(left).toEqual(
      [
        ...['coverage', 'coverage/index.html', 'manifest.json', 'notes.txt', 'package.json'],
        ...['stays', 'stays.zip', 'stays/index.js', running],
      ].sort(),
    );
  });
});

describe('buildIfStale', () => {
  const importing =
    "import { answer } from '#shared/answer.ts';\nexport const handler = async (a: 1, b: 2) => answer;\n";

  async function builtProject(): Promise<string> {
    const root = await project(
      { first: { code: importing }, second: { code: GOOD } },
      { 'shared/answer.ts': 'export const answer = 42;\n' },
    );
    await age(root, 'functions/first/index.ts', 'functions/second/index.ts', 'shared/answer.ts');
    await buildAll({ root });
    return root;
  }

  it('builds everything the first time and nothing the second time', async () => {
    const root = await project({ hello: { code: GOOD } });
    await age(root, 'functions/hello/index.ts');

    expect(built(await buildIfStale({ root }))).toEqual(['hello']);
    expect(built(await buildIfStale({ root }))).toEqual([]);
  });

  it('compares contents, not times', async () => {
    const root = await builtProject();

    await writeFile(join(root, 'shared/answer.ts'), 'export const answer = 42;\n');

    expect(built(await buildIfStale({ root }))).toEqual([]);
  });

  it('builds only the functions that import a changed file', async () => {
    const root = await builtProject();

    await writeFile(join(root, 'shared/answer.ts'), 'export const answer = 43;\n');

    const results = await buildIfStale({ root });
    expect(built(results)).toEqual(['first']);
    expect(results.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(await readFile(join(root, 'dist/first/index.js'), 'utf8')).toContain('43');
  });

  it('builds again what is missing or damaged in the output folder', async () => {
    const root = await builtProject();

    await rm(join(root, 'dist/first.zip'));
    await writeFile(join(root, 'dist/second/index.js'), 'half');

    expect(built(await buildIfStale({ root }))).toEqual(['first', 'second']);
  });

  it('builds again when an input is gone, when the resolution of imports changed, or without a manifest', async () => {
    const root = await builtProject();
    await writeFile(join(root, 'functions/first/index.ts'), GOOD);
    await rm(join(root, 'shared/answer.ts'));
    expect(built(await buildIfStale({ root }))).toEqual(['first']);

    await age(root, 'functions/first/index.ts');
    await buildIfStale({ root });
    await write(root, { 'package.json': JSON.stringify({ imports: { '#shared/*': './src/*' } }) });
    expect(built(await buildIfStale({ root }))).toEqual(['first', 'second']);

    await rm(join(root, 'dist/manifest.json'));
    expect(built(await buildIfStale({ root }))).toEqual(['first', 'second']);
  });

  it('does not trust a bundle whose input changed while it was built', async () => {
    const root = await project({ hello: { code: GOOD } });
    const later = new Date(Date.now() + 60_000);
    await utimes(join(root, 'functions/hello/index.ts'), later, later);

    await buildAll({ root });

    expect(built(await buildIfStale({ root }))).toEqual(['hello']);
  });
});

describe('npm run build', () => {
  const run = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      execFile(
        process.execPath,
        ['--import', 'tsx', 'scripts/build/build.ts', ...args],
        { cwd: ROOT },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });

  it('answers an unknown flag with one line and exit code 2', async () => {
    const { code, stderr, stdout } = await run('--fast');

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe("Unknown option '--fast'. Run the command with --help to see what it takes.\n");
  });

  it('lists its flags with --help', async () => {
    const { code, stdout } = await run('--help');

    expect(code).toBe(0);
    for (const flag of ['--only NAME', '--analyze', '--help']) expect(stdout).toContain(flag);
  });
});
