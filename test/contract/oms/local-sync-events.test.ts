import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OmsOptions } from '../../../scripts/local/oms/options.ts';
import { PROJECT_ID, type Service, startService } from './service.ts';

/** https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html */
describe('POST /v2/{project_id}/sync-tasks/{sync_task_id}/events', () => {
  let service: Service;
  let taskId: string;

  const start = async (options: Partial<OmsOptions> = {}): Promise<void> => {
    await service?.close();
    service = await startService(options);
    taskId = await service.createTask();
  };
  beforeEach(() => start());
  afterEach(() => service.close());

  const events = (object_keys: unknown, id = taskId) =>
    service.call('POST', `/v2/${PROJECT_ID}/sync-tasks/${id}/events`, { body: { object_keys } });
  const month = async (time = Date.now()) => {
    const answer = await service.call('GET', `/v2/${PROJECT_ID}/sync-tasks/${taskId}`, {
      query: { query_time: String(time) },
    });
    const { monthly_acceptance_request, monthly_success_object, monthly_failure_object, monthly_skip_object } =
      answer.json as Record<string, number>;
    return [monthly_acceptance_request, monthly_success_object, monthly_failure_object, monthly_skip_object];
  };

  it('answers 200 without a body and copies the object', async () => {
    service.s3.put('source/test/001.txt', 'one');
    expect(await events(['test%2F001.txt'])).toMatchObject({ status: 200, text: '' });
    await service.oms.idle();
    expect(service.s3.objects.get('destination/test/001.txt')?.body.toString()).toBe('one');
    expect(await month()).toEqual([1, 1, 0, 0]);
  });

  it('answers 200 for an object that does not exist and counts it as failed', async () => {
    expect((await events(['nothing.txt'])).status).toBe(200);
    await service.oms.idle();
    expect(await month()).toEqual([1, 0, 1, 0]);
  });

  it('counts every key of every call, repeated ones too', async () => {
    service.s3.put('source/a', 'a', {}, Date.parse('2026-11-20T00:00:00Z'));
    await events(['a', 'a', 'b']);
    await events(['a']);
    await service.oms.idle();
    expect(await month()).toEqual([4, 1, 1, 2]);
    expect(service.oms.stats()).toMatchObject({ calls: 2, keys: 4, copied: 1, skipped: 2, failed: 1, bytes: 1 });
  });

  it('counts in the month that query_time names', async () => {
    service.s3.put('source/a', 'a');
    await events(['a']);
    await service.oms.idle();
    expect(await month(Date.parse('2026-01-31T23:59:59Z'))).toEqual([0, 0, 0, 0]);
  });

  // The three examples of the page, of which the vendor does not say which names they mean.
  const examples = ['test%2F001.txt', 'test%2B001.txt', 'test+001.txt'];
  it.each([
    ['form', ['test/001.txt', 'test+001.txt', 'test 001.txt']],
    ['rfc3986', ['test/001.txt', 'test+001.txt', 'test+001.txt']],
  ] as const)('decodes the keys of the examples in the %s way', async (keyDecoding, names) => {
    const copied: string[] = [];
    await start({ keyDecoding, onCopied: ({ key }) => copied.push(key) });
    await events(examples);
    await service.oms.idle();
    expect(copied.sort()).toEqual([...names].sort());
  });

  it.each<[string, unknown, string]>([
    ['no keys at all', undefined, 'OMS.1004'],
    ['null', null, 'OMS.1004'],
    ['a string', 'a', 'OMS.1002'],
    ['an empty array', [], 'OMS.0064'],
    ['101 keys', Array.from({ length: 101 }, () => 'a'), 'OMS.0064'],
    ['11 keys, which the prose forbids and the table allows', Array.from({ length: 11 }, () => 'a'), 'OMS.0064'],
    ['an empty key', ['a', ''], 'OMS.0064'],
    ['a key of 16385 characters', ['a'.repeat(16_385)], 'OMS.0064'],
    ['a number as key', [1], 'OMS.1002'],
    ['null as key', [null], 'OMS.1004'],
    ['a space', ['a b'], 'OMS.0001'],
    ['a character beyond ASCII', ['报告'], 'OMS.0001'],
    ['a percent sign without digits', ['100%'], 'OMS.0001'],
    ['a percent sign with wrong digits', ['%zz'], 'OMS.0001'],
    ['bytes that are not UTF-8', ['%ff'], 'OMS.0001'],
    ['an encoded surrogate', ['%ED%A0%80'], 'OMS.0001'],
  ])('answers 400 for %s and accepts nothing', async (_, keys, code) => {
    expect(await events(keys)).toMatchObject({ status: 400, json: { error_code: code } });
    expect(await month()).toEqual([0, 0, 0, 0]);
  });

  it('answers 404 for an unknown task, whatever its id looks like', async () => {
    for (const id of ['unknown', 'x'.repeat(1024), 'a%20b', '%E2%98%83'])
      expect(await events(['a'], id)).toMatchObject({ status: 404, json: { error_code: 'OMS.1009' } });
    expect((await events(['a'], 'x'.repeat(1025))).status).toBe(400);
  });

  it('accepts up to 100 keys where it is told to', async () => {
    await start({ maxKeysPerCall: 100 });
    expect((await events(Array.from({ length: 100 }, (_, n) => `k${n}`))).status).toBe(200);
    expect((await events(Array.from({ length: 101 }, (_, n) => `k${n}`))).status).toBe(400);
  });

  it('refuses events to a stopped task, or accepts them by an option', async () => {
    const stop = () => service.call('POST', `/v2/${PROJECT_ID}/sync-tasks/${taskId}/stop`);
    await stop();
    expect(await events(['a'])).toMatchObject({ status: 400, json: { error_code: 'OMS.0066' } });
    await start({ eventsWhileStopped: 'accept' });
    await stop();
    expect((await events(['a'])).status).toBe(200);
  });

  /** 12 MB for signed requests. https://support.huaweicloud.com/api-oms/oms_api_0006.html */
  it('answers 413 for a body beyond the gateway’s limit, and goes on', async () => {
    const answer = await events(['a'.repeat(12 * 1024 * 1024)]);
    expect(answer).toMatchObject({ status: 413, json: { error_code: 'APIGW.0201' } });
    expect((await events(['a'])).status).toBe(200);
  });

  it('does not exist in a region without it', async () => {
    await start({ region: 'ap-southeast-3' });
    expect(await events(['a'])).toMatchObject({ status: 404, json: { error_code: 'APIGW.0101' } });
  });

  it('answers 503 while its queue is full', async () => {
    await start({ queueLimit: 2 });
    let release = (): void => {};
    const blocked = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    service.s3.before = () => blocked;
    expect((await events(['a', 'b'])).status).toBe(200);
    expect(await month()).toEqual([2, 0, 0, 0]);
    expect(await events(['c'])).toMatchObject({
      status: 503,
      json: { error_msg: expect.stringContaining('try again later') },
    });
    release();
    await service.oms.idle();
    expect((await events(['c'])).status).toBe(200);
  });
});
