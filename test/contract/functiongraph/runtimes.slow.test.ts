import { execFile, fork } from 'node:child_process';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RUNTIMES } from '../../../scripts/deploy/guard-rails/limits.ts';
import { ROOT, type ServerlessConfig } from '../../../scripts/serverless/config.ts';
import { loadServerless } from '../../../scripts/serverless/load.ts';
import { gatewayEvent } from '../../helpers/gateway-event.ts';
import { type OmsStub, startOmsStub } from '../../helpers/oms-stub.ts';

/** Versions behind the platform's names of runtimes, as far as they are known. */
const VERSIONS: Readonly<Record<string, string>> = { 'Node.js20.15': '20.15.1', 'Node.js22.18': '22.18.0' };
const CACHE = join(ROOT, '.local', 'runtimes');
const run = promisify(execFile);
const EMPTY = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>';
const ABSENT = '<Error><Code>NoSuchKey</Code></Error>';
const ID = '31e9b7e6-6ffb-452f-9842-6ce354d99d75';

/** The binary of exactly this version, fetched once; undefined where the registry cannot be reached. */
async function nodeOf(version: string): Promise<string | undefined> {
  const folder = join(CACHE, version);
  const binary = join(folder, 'package', 'bin', 'node');
  if (
    await access(binary).then(
      () => true,
      () => false,
    )
  )
    return binary;
  const fresh = `${folder}.${process.pid}`;
  try {
    await mkdir(fresh, { recursive: true });
    const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
    const packed = await run('npm', ['pack', '--silent', `node-${process.platform}-${arch}@${version}`], {
      cwd: fresh,
    });
    await run('tar', ['xzf', packed.stdout.trim()], { cwd: fresh });
    await rename(fresh, folder);
    return binary;
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (process.env['CI']) throw error;
    console.warn(`Node.js ${version} is not tried: it cannot be fetched (${(error as Error).message.split('\n')[0]})`);
    return undefined;
  }
}

it('is for every runtime that is offered', () => {
  expect(Object.keys(VERSIONS)).toEqual(RUNTIMES);
});

describe.each(Object.entries(VERSIONS))('the bundles under %s', (_, version) => {
  let node: string | undefined;
  let config: ServerlessConfig;
  let stub: OmsStub;
  beforeAll(async () => {
    node = await nodeOf(version);
    stub = await startOmsStub(({ method, url }) => {
      // Operations that change a task are answered with nothing.
      const tells = method === 'GET' || (method === 'POST' && /\/sync-?tasks$/.test(url));
      if (url.startsWith('/v2/'))
        return { body: tells ? { sync_task_id: ID, tasks: [], count: 0, statistic_datas: [] } : {} };
      if (/list-type|[?&](?:prefix|max-keys)/.test(url)) return { body: EMPTY };
      return method === 'GET'
        ? { status: 404, body: ABSENT }
        : { headers: { etag: '"e"', 'x-amz-request-id': 'r' }, body: '' };
    });
    const endpoint = stub.url;
    const place = { bucket: 'photos', region: 'cn-north-4', endpoint, addressing: 'path' };
    const ROUTES = JSON.stringify([{ source: place, destination: { ...place, bucket: 'copies' }, sync_task_id: ID }]);
    config = await loadServerless('local', {
      OMS_SYNC_ROUTES: ROUTES,
      OMS_SYNC_OMS_ENDPOINT: stub.url,
      OMS_SYNC_STATE_ENDPOINT: stub.url,
      OMS_SYNC_MAX_ATTEMPTS: '1',
    });
  }, 300_000);
  afterAll(() => stub?.close());

  const called = (binary: string, key: string, event: unknown): Promise<unknown> => {
    const { environment = {} } = config.functions[key] ?? {};
    const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
    const program = join(ROOT, 'test', 'helpers', 'runtime-child.cjs');
    const argv = [join(ROOT, 'dist', key, 'index.js'), JSON.stringify(event), JSON.stringify(given)];
    return new Promise((resolve, reject) => {
      const child = fork(program, argv, {
        execPath: binary,
        execArgv: [],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      child.once('message', (message) => {
        resolve(message);
        child.kill();
      });
      child.once('exit', (code) => reject(new Error(`${key} said nothing and ended with ${code}`)));
    });
  };
  const eventOf = (key: string): unknown => {
    const path = config.functions[key]?.events.flatMap((event) => ('apig' in event ? [event.apig] : []))[0];
    if (!path)
      return {
        Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'photos' }, object: { key: 'a' } } }],
      };
    const { method, path: template } = path;
    const body = key === 'create-sync-event' ? { objects: ['a'] } : undefined;
    const pathParameters = template.includes('{') ? { sync_task_id: ID } : {};
    // A request only starts them: what they do begins with an event.
    if (key === 'redrive' || key === 'reconcile') return {};
    return gatewayEvent(method, template.replace('{sync_task_id}', ID), body, { pathParameters });
  };

  it('do what they do here', async (context) => {
    if (node === undefined) return context.skip();
    for (const key of Object.keys(config.functions)) {
      const before = stub.requests.length;
      const there = (await called(node, key, eventOf(key))) as Record<string, unknown>;
      const calls = stub.requests.length - before;
      const here = (await called(process.execPath, key, eventOf(key))) as Record<string, unknown>;

      expect(there, key).toMatchObject({ node: version, arity: 2 });
      expect(Object.keys(there), key).toEqual(Object.keys(here));
      expect([there['error'], here['error']], key).toEqual([undefined, undefined]);
      expect(Object.keys(Object(there['result'])), key).toEqual(Object.keys(Object(here['result'])));
      expect((there['result'] as { statusCode?: number })?.statusCode, key).toBe(
        (here['result'] as { statusCode?: number })?.statusCode,
      );
      expect(stub.requests.length - before, key).toBe(2 * calls);
    }
  });
});

describe.each(['18.15.0', '18.20.8'])('on Node.js %s', (version) => {
  it('every command says in one sentence which one it needs', async (context) => {
    const old = await nodeOf(version);
    if (old === undefined) return context.skip();
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    const commands = Object.values(scripts).map(
      (text) =>
        String(text)
          .split(' && ')[0]
          ?.replace(/^exec /, '') ?? '',
    );
    for (const command of new Set(commands.filter((text) => text.startsWith('node ')))) {
      const [, ...argv] = command.split(' ');
      const { code, stderr } = await run(old, argv, { cwd: ROOT }).then(
        (done) => ({ code: 0, stderr: done.stderr }),
        (failed: { code: number; stderr: string }) => failed,
      );
      expect([code, stderr], command).toEqual([1, `oms-sync needs Node.js 20.19 or newer, and this is ${version}.\n`]);
    }
  }, 300_000);
});
