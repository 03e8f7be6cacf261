import { beforeEach, describe, expect, it } from 'vitest';
import { useOmsStub } from '../../helpers/functions.ts';

const oms = useOmsStub();
let fn: Awaited<ReturnType<typeof oms.load>>;

const PATH = '/sync-tasks/task-1/start';
const KEYS = { src_ak: 'body-src-ak', src_sk: 'body-src-sk', dst_ak: 'body-dst-ak', dst_sk: 'body-dst-sk' };
const VARIABLES = {
  SRC_ACCESS_KEY: 'variable-src-ak',
  SRC_SECRET_KEY: 'variable-src-sk',
  DST_ACCESS_KEY: 'variable-dst-ak',
  DST_SECRET_KEY: 'variable-dst-sk',
};

describe('start-sync-task', () => {
  beforeEach(async () => {
    fn = await oms.load('start-sync-task');
  });

  it('sends the key pairs and the newer fields of the body', async () => {
    const body = {
      ...KEYS,
      source_cdn_authentication_key: 'cdn-key',
      src_crypto_type: 'KMS',
      dst_crypto_type: 'DEFAULT',
      source_cdn_crypto_type: 'KMS',
      src_kms_key_id: '0'.repeat(36),
      dst_kms_key_id: '1'.repeat(36),
      source_cdn_kms_key_id: '2'.repeat(36),
    };
    const answer = await fn.request('POST', PATH, body);

    expect(answer).toMatchObject({ status: 200, body: { sync_task_id: 'task-1' } });
    expect(oms.stub.requests[0]).toMatchObject({
      method: 'POST',
      url: expect.stringMatching(/\/sync-tasks\/task-1\/start$/),
      json: body,
    });
  });

  it.each([undefined, {}])('takes the key pairs from the variables where the body is %j', async (body) => {
    fn = await oms.load('start-sync-task', { variables: VARIABLES });

    expect((await fn.request('POST', PATH, body)).status).toBe(200);
    expect(oms.stub.requests[0]?.json).toEqual({
      src_ak: 'variable-src-ak',
      src_sk: 'variable-src-sk',
      dst_ak: 'variable-dst-ak',
      dst_sk: 'variable-dst-sk',
    });
  });

  it('takes one pair from the body and the other from the variables', async () => {
    fn = await oms.load('start-sync-task', { variables: VARIABLES });

    await fn.request('POST', PATH, { dst_ak: 'body-dst-ak', dst_sk: 'body-dst-sk' });

    expect(oms.stub.requests[0]?.json).toMatchObject({ src_sk: 'variable-src-sk', dst_sk: 'body-dst-sk' });
  });

  it('names field and variable of what is missing in both', async () => {
    const answer = await fn.request('POST', PATH);

    expect(answer.status).toBe(400);
    expect(answer.body.details[0]).toMatchObject({
      path: 'src_ak',
      rule: 'required',
      message: expect.stringMatching(/src_ak.*SRC_ACCESS_KEY/),
    });
    expect(oms.stub.requests).toHaveLength(0);
  });
});
