import { badRequest, OMS, OmsFault } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { OmsOptions } from './options.ts';
import { type Checked, check, type Fields } from './rules.ts';
import type { OmsStore, PendingObject } from './store.ts';
import type { Task } from './task.ts';

/** Services that an action may use. An action knows nothing of HTTP: it returns the body of a 200 or throws an OmsFault. */
export interface ActionContext {
  readonly store: OmsStore;
  readonly now: () => number;
  readonly newTaskId: () => string;
  readonly enqueue: (objects: readonly PendingObject[]) => void;
  /** The status that a bucket answers HEAD with; 0 where it does not answer. */
  readonly bucketStatus: (task: Task, side: 'source' | 'destination') => Promise<number>;
  readonly closing: () => boolean;
  readonly settings: ActionSettings;
}

type ActionSettings = Required<
  Pick<
    OmsOptions,
    | 'keyDecoding'
    | 'maxKeysPerCall'
    | 'taskQuota'
    | 'checkBuckets'
    | 'eventsWhileStopped'
    | 'overwriteMode'
    | 'queueLimit'
    | 'startTime'
    | 'stopTime'
  >
>;

interface Rules {
  readonly path: Fields;
  readonly query?: Fields;
  readonly body?: Fields;
}

type Input<R extends Rules> = {
  readonly path: Checked<R['path']>;
  readonly query: R['query'] extends Fields ? Checked<R['query']> : unknown;
  readonly body: R['body'] extends Fields ? Checked<R['body']> : unknown;
};

export interface Operation {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Segments in braces are path parameters. */
  readonly template: string;
  /** https://support.huaweicloud.com/intl/en-us/api-oms/oms_api_8003.html */
  readonly permission: string;
  /** Regions where the operation exists; all unless given. */
  readonly regions?: readonly string[];
  readonly run: (
    context: ActionContext,
    raw: Record<'path' | 'query', Readonly<Record<string, string>>> & { readonly body: Uint8Array },
  ) => Promise<unknown>;
}

export const TASKS = '/v2/{project_id}/sync-tasks';
export const TASK = `${TASKS}/{sync_task_id}`;

/** Joins rules and action: the action's input is what the rules let through. */
export function operation<const R extends Rules>(
  [name, method, template, permission]: readonly [string, Operation['method'], string, string],
  rules: R,
  action: (context: ActionContext, input: Input<R>) => Promise<unknown>,
): Operation {
  return {
    ...{ name, method, template, permission: `oms:synctask:${permission}` },
    ...(EVERYWHERE.includes(name) ? {} : { regions: LIMITS.eventRegions }),
    run: (context, raw) => {
      const path = check(rules.path, raw.path);
      const query = check(rules.query ?? {}, raw.query);
      const body = rules.body && check(rules.body, parseBody(raw.body));
      return action(context, { path, query, body } as Input<R>);
    },
  };
}

/** Operations of every region; the others are where events are. */
const EVERYWHERE: readonly string[] = ['CreateSyncTask', 'ListSyncTasks', 'ShowSyncTask', 'DeleteSyncTask'];

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

/**
 * The task, or the error of an unknown one. ShowSyncTask, ListSyncTaskStatistic and CreateSyncEvents document 404;
 * start, stop and delete document 400 and no 404. The code of the 404 is not documented.
 */
export function findTask(
  store: OmsStore,
  path: { readonly project_id: string; readonly sync_task_id: string },
  unknown: 404 | 400 = 404,
): Task {
  const task = store.task(path.project_id, path.sync_task_id);
  if (task) return task;
  if (unknown === 400) throw badRequest(OMS.invalidTaskId, 'The task ID is invalid.');
  throw new OmsFault(404, OMS.resourceNotFound, 'The synchronization task does not exist.');
}
