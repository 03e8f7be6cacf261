import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROJECT_ID, type Service, startService } from './service.ts';

/** https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html */
describe('POST /v2/{project_id}/sync-tasks/{sync_task_id}/events', () => {
  let service: Service;
  let taskId: string;

  beforeEach(async () => {
    service = await startService();
    taskId = await service.createTask();
  });
  afterEach(() => service.close());

  const events = (object_keys: unknown, id = taskId) =>
    service.call('POST', `/v2/${PROJECT_ID}/sync-tasks/${id}/events`, { body: { object_keys } });
  const month = async () => {
    const answer = await service.call('GET', `/v2/${PROJECT_ID}/sync-tasks/${taskId}`, {
      query: { query_time: String(Date.now()) },
    });
    return answer.json;
  };

  it('answers 200 without a body and copies the object', async () => {
    service.s3.put('source/test/001.txt', 'one', { 'content-type': 'text/plain' });
    const answer = await events(['test%2F001.txt']);
    await service.oms.idle();
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(service.s3.objects.get('destination/test/001.txt')?.body.toString()).toBe('one');
    expect(await month()).toMatchObject({
      monthly_acceptance_request: 1,
      monthly_success_object: 1,
      monthly_size: 3,
    });
  });

  it('answers 200 for an object that does not exist and counts it as failed', async () => {
    expect((await events(['nothing.txt'])).status).toBe(200);
    await service.oms.idle();
    expect(await month()).toMatchObject({ monthly_acceptance_request: 1, monthly_failure_object: 1 });
  });
});
