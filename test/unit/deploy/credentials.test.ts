import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveTarget } from '../../../scripts/deploy/credentials.ts';
import { answerOf } from '../../helpers/deploy/fake-functiongraph.ts';
import { StubNetwork } from '../../helpers/deploy/stub-network.ts';
import { SECRETS } from '../../helpers/deploy/world.ts';

const KEYS = { HUAWEICLOUD_SDK_AK: 'AKENV', HUAWEICLOUD_SDK_SK: 'SKENV' };
const projects = (...names: string[]) =>
  answerOf(200, { projects: names.map((name) => ({ id: `id-of-${name}`, name })) });

function home(text?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'oms-sync-home-'));
  if (text === undefined) return folder;
  mkdirSync(join(folder, '.huaweicloud'));
  writeFileSync(join(folder, '.huaweicloud', 'credentials'), text);
  return folder;
}

function resolve(env: Record<string, string>, profile?: string, network = new StubNetwork(projects('cn-north-4'))) {
  return resolveTarget({
    region: 'cn-north-4',
    env: { HOME: home(), ...env },
    connect: () => network,
    ...(profile === undefined ? {} : { profile }),
  });
}

const PROFILES = `\uFEFF# keys of mine
[basic]
ak = AKBASIC
sk=SK=BASIC
; another account
[other]
access_key_id = AKOTHER
secret_access_key = SKOTHER
security_token = TOKENOTHER
project_id = p-other
[broken]
ak = only
`;

describe('resolveTarget', () => {
  it('takes keys from the environment, and the addresses from the region', async () => {
    const target = await resolve({ ...KEYS, HUAWEICLOUD_SDK_PROJECT_ID: 'p1' });

    expect(target).toMatchObject({
      endpoint: 'https://functiongraph.cn-north-4.myhuaweicloud.com',
      logsEndpoint: 'https://lts.cn-north-4.myhuaweicloud.com',
      projectId: 'p1',
    });
    expect(target.credentials()).toEqual({ accessKey: 'AKENV', secretKey: 'SKENV' });
  });

  it('takes temporary keys with their token', async () => {
    const target = await resolve({ ...KEYS, HUAWEICLOUD_SDK_SECURITY_TOKEN: 'T', HUAWEICLOUD_SDK_PROJECT_ID: 'p1' });
    expect(target.credentials()).toEqual({ accessKey: 'AKENV', secretKey: 'SKENV', securityToken: 'T' });
  });

  it('reads the profile file where the environment has no keys', async () => {
    const env = { HOME: home(PROFILES), HUAWEICLOUD_SDK_PROJECT_ID: 'p1' };
    expect((await resolve(env)).credentials()).toEqual({ accessKey: 'AKBASIC', secretKey: 'SK=BASIC' });
    // The environment's keys count as long as no profile is named.
    expect((await resolve({ ...env, ...KEYS })).credentials()).toMatchObject({ accessKey: 'AKENV' });
  });

  it('takes a named profile as a whole, with nothing of the environment', async () => {
    const target = await resolve(
      { ...KEYS, HUAWEICLOUD_SDK_SECURITY_TOKEN: 'T', HUAWEICLOUD_SDK_PROJECT_ID: 'p1', HOME: home(PROFILES) },
      'other',
    );
    expect(target.credentials()).toEqual({ accessKey: 'AKOTHER', secretKey: 'SKOTHER', securityToken: 'TOKENOTHER' });
    expect(target.projectId).toBe('p-other');
  });

  it('reads another profile file where one is named', async () => {
    const file = join(home(PROFILES), '.huaweicloud', 'credentials');
    const target = await resolve({ HUAWEICLOUD_SDK_CREDENTIALS_FILE: file, HUAWEICLOUD_SDK_PROJECT_ID: 'p' });
    expect(target.credentials()).toMatchObject({ accessKey: 'AKBASIC' });
  });

  it('asks IAM for the project of the region', async () => {
    const network = new StubNetwork(projects('cn-north-4_sub', 'cn-north-4'));
    const target = await resolve(KEYS, undefined, network);

    expect(target.projectId).toBe('id-of-cn-north-4');
    expect(network.exchanges[0]).toMatchObject({ method: 'GET', target: '/v3/projects?name=cn-north-4' });
    expect(network.exchanges[0]?.headers['host']).toBe('iam.cn-north-4.myhuaweicloud.com');
  });

  it('goes to other addresses where they are set', async () => {
    const network = new StubNetwork(projects('cn-north-4'));
    const target = await resolve(
      {
        ...KEYS,
        OMS_SYNC_FUNCTIONGRAPH_ENDPOINT: 'http://127.0.0.1:1',
        OMS_SYNC_IAM_ENDPOINT: 'http://127.0.0.1:2',
        OMS_SYNC_LTS_ENDPOINT: 'http://127.0.0.1:3',
      },
      undefined,
      network,
    );
    expect(target).toMatchObject({ endpoint: 'http://127.0.0.1:1', logsEndpoint: 'http://127.0.0.1:3' });
    expect(network.exchanges[0]?.headers['host']).toBe('127.0.0.1:2');
  });

  it.each<[string, Record<string, string>, string | undefined, string]>([
    ['no keys', {}, undefined, 'There are no credentials: set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK'],
    ['half a pair', { HUAWEICLOUD_SDK_AK: 'AK' }, undefined, 'There are no credentials'],
    ['a profile without a file', {}, 'x', 'to read the profile x from'],
    ['no such profile', { HOME: home(PROFILES) }, 'nobody', 'has no section [nobody]'],
    ['half a profile', { HOME: home(PROFILES) }, 'broken', 'The profile broken holds no ak and sk.'],
    [
      'an address',
      { ...KEYS, OMS_SYNC_FUNCTIONGRAPH_ENDPOINT: 'http://far.example' },
      undefined,
      'http is for this machine only',
    ],
    [
      'a project',
      { ...KEYS, HUAWEICLOUD_SDK_PROJECT_ID: 'a/b' },
      undefined,
      'The project id holds characters that none has.',
    ],
  ])('says what is wrong: %s', async (_, env, profile, message) => {
    await expect(resolve(env, profile)).rejects.toThrow(message);
  });

  it('says which variable to set where IAM does not know the project', async () => {
    for (const answer of [projects('other'), answerOf(200, { nonsense: 1 }), answerOf(200)])
      await expect(resolve(KEYS, undefined, new StubNetwork(answer))).rejects.toThrow(
        'IAM knows no project cn-north-4 of these credentials: set HUAWEICLOUD_SDK_PROJECT_ID',
      );
  });

  it('shows no key, whatever is wrong', async () => {
    const text = `[basic]\nak = ${SECRETS.accessKey} x\nsk = ${SECRETS.secretKey}\n[half]\nsk = ${SECRETS.secretKey}`;
    const failures: (readonly [Record<string, string>, string?])[] = [
      [{ HOME: home(text) }],
      [{ HOME: home(text) }, 'half'],
      [{ HUAWEICLOUD_SDK_SK: SECRETS.secretKey, HUAWEICLOUD_SDK_AK: '' }],
      [{ HUAWEICLOUD_SDK_AK: SECRETS.secretKey, HUAWEICLOUD_SDK_SK: 'x\ny' }],
    ];
    for (const [env, profile] of failures) {
      const error = await resolve(env, profile).then(
        () => undefined,
        (thrown: unknown) => thrown as Error,
      );
      expect(error).toBeInstanceOf(Error);
      expect(`${error?.stack} ${JSON.stringify(error)}`).not.toMatch(/RECOGNISABLE/);
    }
  });
});
