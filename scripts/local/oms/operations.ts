import type { ActionContext } from './actions/context.ts';
import { createSyncEvents } from './actions/create-sync-events.ts';
import { createSyncTask } from './actions/create-sync-task.ts';
import { deleteSyncTask } from './actions/delete-sync-task.ts';
import { listSyncTaskStatistic } from './actions/list-sync-task-statistic.ts';
import { listSyncTasks } from './actions/list-sync-tasks.ts';
import { showSyncTask } from './actions/show-sync-task.ts';
import { startSyncTask } from './actions/start-sync-task.ts';
import { stopSyncTask } from './actions/stop-sync-task.ts';
import { badRequest, OMS } from './errors.ts';
import { LIMITS } from './limits.ts';
import { type Checked, check, type Fields } from './rules.ts';
import { createSyncEvents as createSyncEventsRules } from './validations/create-sync-events.ts';
import { createSyncTask as createSyncTaskRules } from './validations/create-sync-task.ts';
import { deleteSyncTask as deleteSyncTaskRules } from './validations/delete-sync-task.ts';
import { listSyncTaskStatistic as listSyncTaskStatisticRules } from './validations/list-sync-task-statistic.ts';
import { listSyncTasks as listSyncTasksRules } from './validations/list-sync-tasks.ts';
import { showSyncTask as showSyncTaskRules } from './validations/show-sync-task.ts';
import { startSyncTask as startSyncTaskRules } from './validations/start-sync-task.ts';
import { stopSyncTask as stopSyncTaskRules } from './validations/stop-sync-task.ts';

interface Validation {
  readonly path: Fields;
  readonly query: Fields;
  readonly body?: Fields;
}

interface RawInput {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Operation {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Segments in braces are path parameters. */
  readonly template: string;
  /** https://support.huaweicloud.com/intl/en-us/api-oms/oms_api_8003.html */
  readonly permission: string;
  /** Regions where the operation exists; all unless given. */
  readonly regions?: readonly string[];
  readonly run: (context: ActionContext, raw: RawInput) => Promise<unknown>;
}

const TASKS = '/v2/{project_id}/sync-tasks';
const TASK = `${TASKS}/{sync_task_id}`;

export const OPERATIONS: readonly Operation[] = [
  {
    name: 'CreateSyncTask',
    method: 'POST',
    template: TASKS,
    permission: 'oms:synctask:create',
    run: operation(createSyncTaskRules, createSyncTask),
  },
  {
    name: 'ShowSyncTask',
    method: 'GET',
    template: TASK,
    permission: 'oms:synctask:get',
    run: operation(showSyncTaskRules, showSyncTask),
  },
  {
    name: 'CreateSyncEvents',
    method: 'POST',
    template: `${TASK}/events`,
    permission: 'oms:synctask:createEvent',
    regions: LIMITS.eventRegions,
    run: operation(createSyncEventsRules, createSyncEvents),
  },
  {
    name: 'ListSyncTasks',
    method: 'GET',
    template: TASKS,
    permission: 'oms:synctask:list',
    run: operation(listSyncTasksRules, listSyncTasks),
  },
  {
    name: 'StartSyncTask',
    method: 'POST',
    template: `${TASK}/start`,
    permission: 'oms:synctask:update',
    regions: LIMITS.eventRegions,
    run: operation(startSyncTaskRules, startSyncTask),
  },
  {
    name: 'StopSyncTask',
    method: 'POST',
    template: `${TASK}/stop`,
    // Starting and stopping have no permission of their own.
    permission: 'oms:synctask:update',
    regions: LIMITS.eventRegions,
    run: operation(stopSyncTaskRules, stopSyncTask),
  },
  {
    name: 'DeleteSyncTask',
    method: 'DELETE',
    template: TASK,
    permission: 'oms:synctask:delete',
    run: operation(deleteSyncTaskRules, deleteSyncTask),
  },
  {
    name: 'ListSyncTaskStatistic',
    method: 'GET',
    template: `${TASK}/statistics`,
    permission: 'oms:synctask:statistics',
    regions: LIMITS.eventRegions,
    run: operation(listSyncTaskStatisticRules, listSyncTaskStatistic),
  },
];

type Input<V extends Validation> = {
  readonly path: Checked<V['path']>;
  readonly query: Checked<V['query']>;
  readonly body: V['body'] extends Fields ? Checked<V['body']> : undefined;
};

/** Joins rules and action: the action's input is what the rules let through. */
function operation<const V extends Validation>(
  validation: V,
  action: (context: ActionContext, input: Input<V>) => Promise<unknown>,
): Operation['run'] {
  return (context, raw) => {
    const path = check(validation.path, raw.path);
    const query = check(validation.query, raw.query);
    const body = validation.body ? check(validation.body, parseBody(raw.body)) : undefined;
    return action(context, { path, query, body } as Input<V>);
  };
}

function parseBody(body: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw badRequest(OMS.notJson, 'The request body is not in JSON format.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest(OMS.notJson, 'The request body is not a JSON object.');
  return value;
}
