import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { UsageError } from '../../../../scripts/cli/errors.ts';
import { findTarget } from '../../../../scripts/cli/redrive/target.ts';
import { localStage, stageOf } from '../../../../scripts/cli/stage.ts';
import { ROOT } from '../../../../scripts/serverless/config.ts';
import { environmentName } from '../../../../scripts/serverless/environment.ts';

const ENDPOINTS = {
  obs: 'http://127.0.0.1:8081',
  oms: 'http://127.0.0.1:8082',
  region: 'cn-north-4',
  project_id: 'project',
  access_key: 'AK',
  secret_key: 'local-secret',
  state_bucket: 'oms-sync-state',
  sync_task_id: 'task-1',
};
/** The variables as serverless.yml has them: an absent one is empty. */
const DECLARED = { OMS_REGION: 'cn-north-4', ROUTES: '[]', STATE_ENDPOINT: '', EVENTGRID_KEY_ENCODING: 'form' };
const ENVIRONMENT = {
  HUAWEICLOUD_SDK_AK: 'CLOUD-AK',
  HUAWEICLOUD_SDK_SK: 'cloud-secret',
  OMS_SYNC_PROJECT_ID: 'cloud-project',
  OMS_SYNC_STATE_BUCKET: 'my-state',
  OMS_SYNC_ROUTES: '[]',
};

let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oms-sync-target-'));
  await writeFile(file('no-json'), '{');
  await writeFile(file('other.json'), '{"a":1}');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const account = (env: Readonly<Record<string, string>>) => ({ name: 'dev', env, local: undefined });
const findInEnvironment = (
  env: Readonly<Record<string, string>>,
  declared: Readonly<Record<string, string>> = DECLARED,
) => findTarget(account(env), async () => declared);

describe('where the command redrives', () => {
  it('is the local cloud of a file that is named, whatever the environment says', async () => {
    const env = { ...ENVIRONMENT, HUAWEICLOUD_SDK_SECURITY_TOKEN: 'token' };
    const { config, credentials, what } = await findTarget(localStage('endpoints.json', ENDPOINTS as never, env));

    expect(what).toContain('endpoints.json');
    expect(credentials).toEqual({ accessKey: 'AK', secretKey: 'local-secret' });
    expect(config).toMatchObject({
      endpoint: ENDPOINTS.oms,
      stateEndpoint: ENDPOINTS.obs,
      stateBucket: 'oms-sync-state',
      routes: [{ source: { bucket: 'source' }, sync_task_id: 'task-1' }],
    });
  });

  it('is what the environment says where it has keys', async () => {
    const { config, credentials } = await findInEnvironment({
      ...ENVIRONMENT,
      HUAWEICLOUD_SDK_SECURITY_TOKEN: 'token',
      OMS_SYNC_REGION: 'cn-east-3',
    });

    expect(credentials).toEqual({ accessKey: 'CLOUD-AK', secretKey: 'cloud-secret', securityToken: 'token' });
    expect(config).toMatchObject({ region: 'cn-east-3', projectId: 'cloud-project', stateBucket: 'my-state' });
  });

  it('reads there as the functions do what serverless.yml says and the environment does not', async () => {
    const declared = {
      ...DECLARED,
      EVENTGRID_KEY_ENCODING: 'raw',
      OBS_KEY_ENCODING: 'rfc3986',
      DEAD_LETTER_PREFIX: 'letters/',
      REDRIVE_MAX_ATTEMPTS: '3',
      STATE_BUCKET: 'written-in-the-file',
    };
    const { OMS_SYNC_STATE_BUCKET: _, ...env } = ENVIRONMENT;

    expect((await findInEnvironment({ ...env, OMS_SYNC_REDRIVE_MAX_ATTEMPTS: '7' }, declared)).config).toMatchObject({
      eventgridKeyEncoding: 'raw',
      obsKeyEncoding: 'rfc3986',
      deadLetterPrefix: 'letters/',
      redriveMaxAttempts: 7,
      stateBucket: 'written-in-the-file',
    });
    // An empty variable of a shell is one that is not set.
    const empty = await findInEnvironment({ ...env, OMS_SYNC_EVENTGRID_KEY_ENCODING: '' }, declared);
    expect(empty.config.eventgridKeyEncoding).toBe('raw');
  });

  it('takes serverless.yml of this folder for that', async () => {
    const { config } = await findTarget(account(ENVIRONMENT));

    expect(config).toMatchObject({ region: 'cn-north-4', eventgridKeyEncoding: 'form', stateBucket: 'my-state' });
  });

  it('names every variable of the environment that is missing or wrong, in one line', async () => {
    const wrong = { HUAWEICLOUD_SDK_AK: 'a', OMS_SYNC_STATE_BUCKET: 'NO', OMS_SYNC_ROUTES: '{' };
    const error = await findInEnvironment(wrong).catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(UsageError);
    const { message } = error as UsageError;
    for (const name of ['OMS_SYNC_PROJECT_ID', 'OMS_SYNC_STATE_BUCKET', 'OMS_SYNC_ROUTES'])
      expect(message).toContain(name);
    expect(message).not.toContain('\n');
  });

  it('is nowhere without keys, and never the account where the local cloud is meant', async () => {
    await expect(findInEnvironment({})).rejects.toThrow('The environment has no keys of an account, for stage dev.');
    const local = { name: 'local', env: ENVIRONMENT, local: undefined };
    await expect(findTarget(local)).rejects.toThrow('No local cloud runs.');
  });

  it('asks for the secret key by the name that it has in the environment', async () => {
    const { HUAWEICLOUD_SDK_SK: _, ...rest } = ENVIRONMENT;
    await expect(findInEnvironment(rest)).rejects.toThrow('HUAWEICLOUD_SDK_SK is missing');
  });

  it.each([
    ['gone.json', 'does not exist'],
    ['no-json', 'is not the file of a local cloud'],
    ['other.json', 'is not the file of a local cloud'],
    ['', 'cannot be read'],
  ])('is refused where %s is named', async (name, message) => {
    const context = { values: { endpoints: file(name) }, env: {}, note: () => {} };
    await expect(stageOf(context, { writes: false })).rejects.toThrow(message);
  });

  it('reads the variables that serverless.yml reads', async () => {
    const text = await readFile(join(ROOT, 'serverless.yml'), 'utf8');
    const { provider, functions } = parse(text) as {
      provider: { environment: Record<string, string> };
      functions: { redrive: { environment: Record<string, string> } };
    };
    const declared = Object.entries({ ...provider.environment, ...functions.redrive.environment });
    const read = declared.flatMap(([name, value]) => {
      const [, variable] = /\$\{env:(\w+)/.exec(value) ?? [];
      return variable === undefined ? [] : [[name, variable] as const];
    });

    expect(read.length).toBeGreaterThan(8);
    expect(read.map(([name]) => [name, environmentName(name)])).toEqual(read);
  });
});
