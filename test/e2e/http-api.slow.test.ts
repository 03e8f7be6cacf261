import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { HTTP_API_FILE } from '../../scripts/docs/openapi.ts';
import { useLocalCloud } from '../helpers/local-cloud.ts';

const run = promisify(execFile);

/** The commands of the page, in its order: what follows `sh` fences, without the first, which reads the addresses. */
const page = await readFile(HTTP_API_FILE, 'utf8');
const commands = [...page.matchAll(/^```sh\n([^`]*)^```$/gm)]
  .slice(1)
  .flatMap(([, block = '']) => block.split(/^(?=curl )/m))
  .filter((command) => command.startsWith('curl '));

/** Needs curl, which not every laptop with Node has. */
describe('the commands of docs/reference/http-api.md', () => {
  const cloud = useLocalCloud();
  let environment: Record<string, string>;

  beforeAll(() => {
    const { gateway, app_code, sync_task_id, access_key, secret_key } = cloud.endpoints;
    environment = {
      PATH: process.env['PATH'] ?? '',
      GATEWAY: gateway,
      APP_CODE: app_code,
      SYNC_TASK_ID: sync_task_id,
      SRC_ACCESS_KEY: access_key,
      SRC_SECRET_KEY: secret_key,
      DST_ACCESS_KEY: access_key,
      DST_SECRET_KEY: secret_key,
    };
  });

  const shell = async (command: string): Promise<[string, string]> => {
    const { stdout } = await run('sh', ['-c', command.replace(/^curl/, 'curl -s -w "\\n%{http_code}"')], {
      env: environment,
    });
    const at = stdout.lastIndexOf('\n');
    return [stdout.slice(at + 1), stdout.slice(0, at)];
  };

  it('are eleven or more, with one for each operation', () => {
    expect(commands.length).toBeGreaterThanOrEqual(11);
  });

  it.each(commands)('are answered with success: %s', async (command) => {
    // The second of two alternatives starts a task that the first has started.
    if (command.includes('/start"'))
      await shell('curl -X POST -H "X-Apig-AppCode: $APP_CODE" "$GATEWAY/sync-tasks/$SYNC_TASK_ID/stop"');
    const [status, body] = await shell(command);
    const success = /\/(redrive|reconcile)"/.test(command) ? '202' : '200';
    expect({ status, body }).toMatchObject({ status: success, body: expect.stringMatching(/^\{/) });
  });
});
