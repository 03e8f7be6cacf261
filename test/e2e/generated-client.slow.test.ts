import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/serverless/config.ts';
import { useLocalCloud } from '../helpers/local-cloud.ts';

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the types are in the generated file, which is checked below.
  readonly data: any;
}
interface GeneratedClient {
  readonly defaults: { baseUrl: string; headers: Record<string, string> };
  listSyncTasks(query?: object): Promise<Answer>;
  showSyncTask(syncTaskId: string, query?: object): Promise<Answer>;
  createSyncEvents(syncTaskId: string, body: object): Promise<Answer>;
  createSyncTask(body: object, query?: object): Promise<Answer>;
}

/** A program that a user of the client would write; only its types matter. */
const USER = `
import * as api from './client.ts';
const listed = await api.listSyncTasks({ limit: 5, status: 'STOPPED' });
if (listed.status === 200) {
  const count: number = listed.data.count;
  const id: string | null | undefined = listed.data.tasks[0]?.sync_task_id;
  console.log(count, id);
} else if (listed.status === 400) {
  const code: string = listed.data.error_code;
  console.log(code);
}
// @ts-expect-error PAUSED is no state.
await api.listSyncTasks({ status: 'PAUSED' });
// @ts-expect-error dst_bucket is missing.
await api.createSyncTask({ src_region: 'r', src_bucket: 'b', dst_region: 'r' });
`;

const run = promisify(execFile);
describe('a client generated from openapi.json', () => {
  const cloud = useLocalCloud();
  let client: GeneratedClient;

  beforeAll(async () => {
    const { folder, endpoints } = cloud;
    // The gateway serves the document to a user as well.
    const served = await fetch(`${endpoints.gateway}/openapi.json`);
    expect(served.status).toBe(200);
    await writeFile(join(folder, 'openapi.json'), await served.text());
    await run(process.execPath, [
      join(ROOT, 'node_modules', 'oazapfts', 'dist', 'cli.js'),
      join(folder, 'openapi.json'),
      join(folder, 'client.ts'),
    ]);
    await build({
      entryPoints: [join(folder, 'client.ts')],
      outfile: join(folder, 'client.mjs'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      nodePaths: [join(ROOT, 'node_modules')],
      logLevel: 'silent',
    });
    client = (await import(pathToFileURL(join(folder, 'client.mjs')).href)) as GeneratedClient;
    client.defaults.baseUrl = endpoints.gateway;
    client.defaults.headers = { 'X-Apig-AppCode': endpoints.app_code };
  });

  it('lists, shows and feeds a sync task on the local gateway', async () => {
    const { sync_task_id: id } = cloud.endpoints;

    const listed = await client.listSyncTasks({ limit: 100, status: 'SYNCHRONIZING' });
    expect(listed).toMatchObject({ status: 200, data: { count: 1, tasks: [{ sync_task_id: id }] } });

    const fed = await client.createSyncEvents(id, { objects: ['no such object', '报告/a+b ☃.pdf'] });
    expect(fed).toMatchObject({ status: 200, data: { accepted: 2, failed: 0 } });

    const shown = await client.showSyncTask(id);
    expect(shown).toMatchObject({ status: 200, data: { sync_task_id: id, monthly_acceptance_request: 2 } });
  });

  it('reads errors as the document describes them', async () => {
    const refused = await client.createSyncTask({ src_region: 'r' }, { ifExists: 'return' });
    expect(refused).toMatchObject({ status: 400, data: { error_code: 'OmsSync.InvalidInput' } });
    expect(refused.data.details.map(({ path }: { path: string }) => path)).toContain('dst_bucket');

    expect(await client.showSyncTask('unknown')).toMatchObject({
      status: 404,
      data: { error_code: 'OmsSync.SyncTaskNotFound' },
    });

    client.defaults.headers = {};
    expect(await client.listSyncTasks()).toMatchObject({ status: 401, data: { error_code: 'APIG.0303' } });
  });

  it('has types that catch mistakes', async () => {
    const { folder } = cloud;
    await writeFile(join(folder, 'user.ts'), USER);
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          module: 'esnext',
          moduleResolution: 'bundler',
          target: 'es2022',
          strict: true,
          noEmit: true,
          allowImportingTsExtensions: true,
          skipLibCheck: true,
          lib: ['es2022', 'dom', 'dom.iterable'],
          types: [],
          paths: { '@oazapfts/*': [join(ROOT, 'node_modules', '@oazapfts', '*')] },
        },
        files: ['user.ts'],
      }),
    );
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const checked = run(process.execPath, [tsc, '-p', folder]);
    await expect(checked.catch(({ stdout }: { stdout: string }) => stdout)).resolves.toMatchObject({ stdout: '' });
  });
});
