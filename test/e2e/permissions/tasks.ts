import type { StatusReport } from '#shared/observability/status/report.ts';
import { gatewayEvent, readAnswer } from '../../helpers/gateway-event.ts';
import { type AgencyCloud, bucketKeys, STATE, taskBody } from './cloud.ts';

/** A piece of work of an agency's functions. */
export interface Scenario {
  /** The permissions, as `action resource`, without one of which it fails. */
  readonly needs: RegExp;
  /** Throws where the cloud did not do what it does with all permissions. */
  readonly run: (cloud: AgencyCloud) => Promise<void>;
}

export function ensure(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`);
}

/** An HTTP function, as the gateway invokes it. */
async function http(
  { fg }: AgencyCloud,
  key: string,
  [method, path]: readonly [string, string],
  status: number,
  options: { readonly body?: unknown; readonly query?: Record<string, string>; readonly id?: string } = {},
): Promise<Record<string, unknown>> {
  const { body, query = {}, id } = options;
  const pathParameters = id === undefined ? {} : { sync_task_id: id };
  const event = gatewayEvent(method, path.replace('{id}', id ?? ''), body, { query, pathParameters });
  const result = await fg.invoke(key, event);
  ensure(result.outcome === 'success', `${key} answers`);
  const answer = readAnswer(JSON.parse(result.outcome === 'success' ? result.payload : '{}'));
  ensure(answer.status === status, `${key} answers ${status}, and not ${answer.status}`);
  return answer.body;
}

/** A task of its own, deleted afterwards. */
async function withTask(cloud: AgencyCloud, work: (id: string) => Promise<void>): Promise<void> {
  const created = await cloud.callOms('POST', '/sync-tasks', taskBody());
  const { sync_task_id: id } = created.json as { sync_task_id: string };
  try {
    await work(id);
  } finally {
    await removeTask(cloud, id);
  }
}

async function removeTask({ callOms }: AgencyCloud, id: string): Promise<void> {
  await callOms('POST', `/sync-tasks/${id}/stop`, {});
  await callOms('DELETE', `/sync-tasks/${id}`);
}

const TASK = '/sync-tasks/{id}';

/** Codes of what nobody has done yet. */
const UNPROVED = ['OmsSync.NoPass', 'OmsSync.TimerNeverRan'];

/** Scenarios by the agency's last word in serverless.yml. */
export const TASK_SCENARIOS = {
  create: [
    {
      needs: /:create$/,
      run: async (cloud) => {
        const body = await http(cloud, 'create-sync-task', ['POST', '/sync-tasks'], 200, { body: taskBody() });
        await removeTask(cloud, String(body['sync_task_id']));
      },
    },
    {
      needs: /:list$/,
      run: async (cloud) => {
        const query = { if_exists: 'return' };
        const body = await http(cloud, 'create-sync-task', ['POST', '/sync-tasks'], 200, { body: taskBody(), query });
        ensure(body['sync_task_id'] === cloud.taskId, 'the task that there is was found');
      },
    },
  ],
  read: [
    {
      needs: /:list$/,
      run: async (cloud) => void (await http(cloud, 'list-sync-tasks', ['GET', '/sync-tasks'], 200)),
    },
    {
      needs: /:get$/,
      run: async (cloud) => void (await http(cloud, 'show-sync-task', ['GET', TASK], 200, { id: cloud.taskId })),
    },
    {
      needs: /:statistics$/,
      run: async (cloud) => {
        const query = { data_type: 'REQUEST', start_time: '1700000000000', end_time: '1700000600000' };
        const options = { id: cloud.taskId, query };
        await http(cloud, 'show-sync-task-statistics', ['GET', `${TASK}/statistics`], 200, options);
      },
    },
  ],
  control: [
    {
      needs: /:(get|update)$/,
      run: (cloud) =>
        withTask(cloud, async (id) => {
          await http(cloud, 'stop-sync-task', ['POST', `${TASK}/stop`], 200, { id });
          // Whether it is stopped is what OMS says when it is asked.
          await http(cloud, 'stop-sync-task', ['POST', `${TASK}/stop`], 409, { id });
          await http(cloud, 'start-sync-task', ['POST', `${TASK}/start`], 200, { id, body: bucketKeys() });
          await http(cloud, 'start-sync-task', ['POST', `${TASK}/start`], 409, { id, body: bucketKeys() });
        }),
    },
  ],
  delete: [
    {
      needs: /:(delete|get|update)$/,
      run: (cloud) =>
        withTask(cloud, async (id) => {
          await http(cloud, 'delete-sync-task', ['DELETE', TASK], 409, { id });
          await http(cloud, 'delete-sync-task', ['DELETE', TASK], 200, { id, query: { stop: 'true' } });
        }),
    },
  ],
  events: [
    {
      needs: /:createEvent$/,
      run: async (cloud) => {
        const options = { id: cloud.taskId, body: { objects: ['a b.txt'] } };
        await http(cloud, 'create-sync-event', ['POST', `${TASK}/events`], 200, options);
      },
    },
    {
      needs: /:get$/,
      run: (cloud) =>
        withTask(cloud, async (id) => {
          await cloud.callOms('POST', `/sync-tasks/${id}/stop`, {});
          await http(cloud, 'create-sync-event', ['POST', `${TASK}/events`], 409, { id, body: { objects: ['a'] } });
        }),
    },
  ],
  status: [
    {
      needs: /./,
      run: async (cloud) => {
        for (const prefix of ['dead-letters/', 'parked/', 'failed-invocations/'])
          await cloud.put(STATE, `${prefix}a.json`, '{}');
        const body = await http(cloud, 'show-status', ['GET', '/status'], 200);
        const { reasons, waiting, routes } = body as unknown as StatusReport;
        const unanswered = [...reasons, ...routes.flatMap((route) => route.reasons)].filter(
          ({ status, code }) => status === 'unknown' && !UNPROVED.includes(code),
        );
        ensure(unanswered.length === 0, `everything answers, and not ${JSON.stringify(unanswered)}`);
        for (const place of ['dead_letters', 'parked', 'failed_invocations'] as const)
          ensure(waiting[place].causes[0]?.code === 'OmsSync.UnreadableDocument', `${place} are read`);
      },
    },
  ],
} as const satisfies Record<string, readonly Scenario[]>;
