import { beforeAll, describe, expect, it } from 'vitest';
import { listSyncTasks } from '../../fixtures/bad-input/list-sync-tasks.ts';
import { detailsOf, toGatewayEvent } from '../../helpers/bad-input.ts';
import { useOmsStub } from '../../helpers/functions.ts';
import { readAnswer } from '../../helpers/gateway-event.ts';

const oms = useOmsStub();
let fn: Awaited<ReturnType<typeof oms.load>>;

describe('list-sync-tasks', () => {
  beforeAll(async () => {
    fn = await oms.load('list-sync-tasks');
  });

  it('is tested with at least twenty wrong requests', () => {
    expect(listSyncTasks.length).toBeGreaterThanOrEqual(20);
  });

  it.each(listSyncTasks)('refuses $name', async (input) => {
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
