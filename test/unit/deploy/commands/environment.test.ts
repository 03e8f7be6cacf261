import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { environmentOf } from '../../../../scripts/deploy/commands/environment.ts';

const CLOUD = {
  gateway: 'http://127.0.0.1:1',
  obs: 'http://127.0.0.1:2',
  oms: 'http://127.0.0.1:3',
  functiongraph: 'http://127.0.0.1:4',
  iam: 'http://127.0.0.1:5',
  region: 'cn-north-4',
  project_id: 'p',
  access_key: 'AK',
  secret_key: 'SK',
  app_code: 'c',
  source_bucket: 'source',
  destination_bucket: 'destination',
  state_bucket: 'state',
  sync_task_id: 't',
};

describe('the environment of a deployment', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oms-sync-environment-'));
    file = join(folder, 'endpoints.json');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('of stage local is that of the local cloud that runs', async () => {
    await writeFile(file, JSON.stringify(CLOUD));

    const env = await environmentOf({ values: { stage: 'local' } }, {}, file);

    expect(env).toMatchObject({
      HUAWEICLOUD_SDK_AK: 'AK',
      HUAWEICLOUD_SDK_SK: 'SK',
      HUAWEICLOUD_SDK_PROJECT_ID: 'p',
      OMS_SYNC_FUNCTIONGRAPH_ENDPOINT: 'http://127.0.0.1:4',
      OMS_SYNC_OMS_ENDPOINT: 'http://127.0.0.1:3',
      OMS_SYNC_STATE_ENDPOINT: 'http://127.0.0.1:2',
      OMS_SYNC_STATE_BUCKET: 'state',
      OMS_SYNC_APIG_GROUP: 'local',
    });
    expect(JSON.parse(env['OMS_SYNC_ROUTES'] ?? '')).toEqual([
      {
        name: 'local',
        source: { cloud: 'HuaweiCloud', bucket: 'source', region: 'cn-north-4', endpoint: 'http://127.0.0.1:2' },
        destination: { bucket: 'destination', region: 'cn-north-4', endpoint: 'http://127.0.0.1:2' },
        sync_task_id: 't',
      },
    ]);
  });

  it('of any other stage, and of a local cloud that is just starting, is the caller’s own', async () => {
    await writeFile(file, JSON.stringify(CLOUD));

    expect(await environmentOf({ values: {} }, {}, file)).toEqual({});
    expect(await environmentOf({ values: { stage: 'prod', region: 'cn-east-3' } }, {}, file)).toEqual({
      OMS_SYNC_REGION: 'cn-east-3',
    });
    const starting = { OMS_SYNC_FUNCTIONGRAPH_ENDPOINT: 'http://127.0.0.1:9' };
    expect(await environmentOf({ values: { stage: 'local' } }, starting, file)).toEqual({});
  });

  it('has no address where no local cloud runs, also where one has left its file behind, which is said', async () => {
    const addresses = (env: object) => Object.keys(env).filter((name) => /ENDPOINT|HUAWEICLOUD/.test(name));
    expect(addresses(await environmentOf({ values: { stage: 'local' } }, {}, file))).toEqual([]);

    await writeFile(file, JSON.stringify(CLOUD));
    const notes: string[] = [];
    const reasons: Record<string, string | undefined> = { running: undefined, stale: 'it no longer runs' };
    const found = async (state: string) =>
      environmentOf(
        { values: { stage: 'local' } },
        {},
        file,
        async (name, { obs }) => {
          expect([name, obs]).toEqual([file, CLOUD.obs]);
          return reasons[state];
        },
        (line) => notes.push(line),
      );
    expect(addresses(await found('stale'))).toEqual([]);
    expect(addresses(await found('running'))).not.toEqual([]);
    expect(notes).toEqual(['it no longer runs']);
  });

  it.each(['{', '[]', 'null', '{"obs":1}'])('refuses the file %s', async (text) => {
    await writeFile(file, text);

    await expect(environmentOf({ values: { stage: 'local' } }, {}, file)).rejects.toThrow(
      `${file} is not the file of a local cloud`,
    );
  });
});
