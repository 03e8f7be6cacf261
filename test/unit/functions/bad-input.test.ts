import { beforeAll, describe, expect, it } from 'vitest';
import { createSyncEvent } from '../../fixtures/bad-input/create-sync-event.ts';
import { createSyncTask } from '../../fixtures/bad-input/create-sync-task.ts';
import { deleteSyncTask } from '../../fixtures/bad-input/delete-sync-task.ts';
import { listSyncTasks } from '../../fixtures/bad-input/list-sync-tasks.ts';
import { reconcile } from '../../fixtures/bad-input/reconcile.ts';
import { redrive } from '../../fixtures/bad-input/redrive.ts';
import { showObject } from '../../fixtures/bad-input/show-object.ts';
import { showStatus } from '../../fixtures/bad-input/show-status.ts';
import { showSyncTask } from '../../fixtures/bad-input/show-sync-task.ts';
import { showSyncTaskStatistics } from '../../fixtures/bad-input/show-sync-task-statistics.ts';
import { startSyncTask } from '../../fixtures/bad-input/start-sync-task.ts';
import { stopSyncTask } from '../../fixtures/bad-input/stop-sync-task.ts';
import { detailsOf, RUN_VARIABLES, toGatewayEvent } from '../../helpers/bad-input.ts';
import { useOmsStub } from '../../helpers/functions.ts';
import { readAnswer } from '../../helpers/gateway-event.ts';

const oms = useOmsStub();

describe.each([
  ['create-sync-event', createSyncEvent],
  ['create-sync-task', createSyncTask],
  ['delete-sync-task', deleteSyncTask],
  ['list-sync-tasks', listSyncTasks],
  ['reconcile', reconcile],
  ['redrive', redrive],
  ['show-object', showObject],
  ['show-status', showStatus],
  ['show-sync-task', showSyncTask],
  ['show-sync-task-statistics', showSyncTaskStatistics],
  ['start-sync-task', startSyncTask],
  ['stop-sync-task', stopSyncTask],
] as const)('%s', (name, inputs) => {
  let fn: Awaited<ReturnType<typeof oms.load>>;
  beforeAll(async () => {
    fn = await oms.load(name, { variables: { ...RUN_VARIABLES, FUNCTIONGRAPH_ENDPOINT: oms.stub.url } });
  });

  it('is tested with at least twenty wrong requests', () => {
    expect(inputs.length).toBeGreaterThanOrEqual(20);
  });

  it.each(inputs)('refuses $name', async (input) => {
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

  it('explains each refusal in the words of its fixture (vitest -u writes it anew)', async () => {
    const answers: string[] = [];
    for (const input of inputs) {
      const { error_msg, details = [] } = readAnswer(await fn.invoke(toGatewayEvent(input))).body;
      const messages = details.length > 0 ? details.map(({ message }: { message: string }) => message) : [error_msg];
      answers.push([input.name, ...messages.map((message: string) => `  ${message}`)].join('\n'));
    }

    await expect(`${answers.join('\n')}\n`).toMatchFileSnapshot(`../../fixtures/bad-input/answers/${name}.txt`);
  });
});
