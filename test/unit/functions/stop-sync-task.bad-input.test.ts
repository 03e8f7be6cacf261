import { beforeAll, describe, expect, it } from 'vitest';
import { stopSyncTask } from '../../fixtures/bad-input/stop-sync-task.ts';
import { detailsOf, toGatewayEvent } from '../../helpers/bad-input.ts';
import { useOmsStub } from '../../helpers/functions.ts';
import { readAnswer } from '../../helpers/gateway-event.ts';

const oms = useOmsStub();
let fn: Awaited<ReturnType<typeof oms.load>>;

describe('stop-sync-task', () => {
  beforeAll(async () => {
    fn = await oms.load('stop-sync-task');
  });

  it('is tested with at least twenty wrong requests', () => {
    expect(stopSyncTask.length).toBeGreaterThanOrEqual(20);
  });

  it.each(stopSyncTask)('refuses $name', async (input) => {
    const answer = readAnswer(await fn.invoke(toGatewayEvent(input)));

    expect({ status: answer.status, code: answer.body.error_code, details: detailsOf(answer.body) }).toEqual({
      status: input.status,
      code: input.errorCode,
      details: input.details ?? [],
    });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.body).toMatchObject({ error_msg: expect.stringMatching(/\S/), request_id: 'request-1' });
    expect(oms.stub.requests).toHaveLength(0);
  });
});
