import { createSyncTaskRequest } from '#shared/oms/schemas/create-sync-task.ts';
import { listSyncTaskStatisticRequest } from '#shared/oms/schemas/list-sync-task-statistic.ts';
import { LIST_SYNC_TASK_STATISTIC_ANSWER } from '#shared/oms/schemas/list-sync-task-statistic-response.ts';
import { listSyncTasksRequest } from '#shared/oms/schemas/list-sync-tasks.ts';
import { LIST_SYNC_TASKS_ANSWER } from '#shared/oms/schemas/list-sync-tasks-response.ts';
import { showSyncTaskRequest, syncTaskPath } from '#shared/oms/schemas/show-sync-task.ts';
import { SHOW_SYNC_TASK_ANSWER } from '#shared/oms/schemas/show-sync-task-response.ts';
import { startSyncTaskRequest } from '#shared/oms/schemas/start-sync-task.ts';
import { reconcileRequest } from '#shared/reconcile/request-options.ts';
import { redriveOptions } from '#shared/redrive/options.ts';
import { createSyncEventBody, createSyncEventParameters } from '../../../functions/create-sync-event/request.ts';
import { createSyncTaskParameters } from '../../../functions/create-sync-task/create-sync-task.ts';
import { deleteSyncTaskRequest } from '../../../functions/delete-sync-task/delete-sync-task.ts';
import { showObjectRequest } from '../../../functions/show-object/request.ts';
import { exampleObject, exampleStatistics, exampleStatus, exampleTask, ID, listedTask, PLACES } from './examples.ts';
import type { Operation } from './operation.ts';
import {
  acceptedReply,
  createSyncEventReply,
  createSyncTaskReply,
  objectReply,
  statusReply,
  syncTaskReply,
} from './replies.ts';

const MILLISECONDS = { type: 'integer', format: 'int64', minimum: 1e12, maximum: 9_999_999_999_999 };
const KEYS = { src_ak: 'SRCACCESSKEY', src_sk: 'src-secret-key', dst_ak: 'DSTACCESSKEY', dst_sk: 'dst-secret-key' };
const path = { schema: syncTaskPath, io: 'input', examples: { sync_task_id: ID } } as const;
const syncTask = (description: string) => ({
  description,
  component: 'SyncTaskId',
  schema: syncTaskReply,
  examples: { task: { sync_task_id: ID } },
});

/** The HTTP API, in the order of its document, in which its commands can be run. An operation that is added to serverless.yml is added here. */
export const OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/sync-tasks',
    operationId: 'createSyncTask',
    tag: 'sync tasks',
    summary: 'Create a sync task, which OMS starts at once',
    description:
      'OMS receives the request once. When its answer is lost, the function looks for the task in the list of tasks. If the task is not there, the answer is 502, 503 or 504 `OmsSync.AmbiguousCreate`: repeat the request with `if_exists=return`, which answers with an existing task between the same two buckets. A tenant has five sync tasks.',
    permissions: { needed: ['create'], optional: ['list'] },
    parameters: { schema: createSyncTaskParameters, io: 'input', examples: { if_exists: 'return' } },
    body: {
      component: 'CreateSyncTaskRequest',
      schema: createSyncTaskRequest,
      required: true,
      examples: {
        'keys in the body': { ...PLACES, ...KEYS, description: 'source to destination' },
        'keys in encrypted variables': PLACES,
      },
    },
    replies: {
      200: {
        description: 'The sync task.',
        component: 'CreatedSyncTask',
        schema: createSyncTaskReply,
        examples: {
          created: { sync_task_id: ID },
          existing: { sync_task_id: ID, status: 'STOPPED', existing: true },
        },
      },
    },
    errors: [413],
  },
  {
    method: 'get',
    path: '/sync-tasks',
    operationId: 'listSyncTasks',
    tag: 'sync tasks',
    summary: 'List sync tasks',
    permissions: { needed: ['list'] },
    parameters: {
      schema: listSyncTasksRequest(),
      io: 'output',
      examples: { limit: 10, offset: 0, status: 'SYNCHRONIZING' },
    },
    replies: {
      200: {
        description: 'A page of sync tasks, without their counters.',
        component: 'SyncTaskList',
        schema: LIST_SYNC_TASKS_ANSWER,
        always: ['tasks', 'count'],
        examples: { 'one task': { tasks: [listedTask], count: 1 } },
      },
    },
    errors: [],
  },
  {
    method: 'get',
    path: '/sync-tasks/{sync_task_id}',
    operationId: 'showSyncTask',
    tag: 'sync tasks',
    summary: 'Show a sync task with its counters of a month',
    permissions: { needed: ['get'] },
    parameters: {
      schema: showSyncTaskRequest(() => 0),
      io: 'input',
      published: { query_time: MILLISECONDS },
      examples: { sync_task_id: ID, query_time: 1_788_220_800_000 },
    },
    replies: {
      200: {
        description: 'The sync task.',
        component: 'SyncTask',
        schema: SHOW_SYNC_TASK_ANSWER,
        examples: { task: exampleTask },
      },
    },
    errors: [404],
  },
  {
    method: 'get',
    path: '/sync-tasks/{sync_task_id}/statistics',
    operationId: 'listSyncTaskStatistic',
    tag: 'sync tasks',
    summary: "Show series of a sync task's counters",
    permissions: { needed: ['statistics'], optional: ['get'] },
    parameters: {
      schema: listSyncTaskStatisticRequest(),
      io: 'input',
      examples: {
        sync_task_id: ID,
        data_type: 'REQUEST,SUCCESS',
        start_time: '2026-09-01T00:00:00Z',
        end_time: '1788307200000',
      },
    },
    replies: {
      200: {
        description: 'One series per type.',
        component: 'SyncTaskStatistics',
        schema: LIST_SYNC_TASK_STATISTIC_ANSWER,
        examples: { 'two series': exampleStatistics },
      },
    },
    errors: [404],
  },
  {
    method: 'post',
    path: '/sync-tasks/{sync_task_id}/events',
    operationId: 'createSyncEvents',
    tag: 'sync events',
    summary: 'Ask OMS to copy the named objects',
    description: 'Takes 1 to 1000 objects and sends them to OMS in calls of 10.',
    permissions: { needed: ['createEvent'], optional: ['get'] },
    parameters: { schema: createSyncEventParameters, io: 'input', examples: { sync_task_id: ID } },
    body: {
      component: 'CreateSyncEventRequest',
      schema: createSyncEventBody,
      also: { minProperties: 1, maxProperties: 1 },
      required: true,
      examples: {
        'real names': { objects: ['报告/a+b ☃.pdf'] },
        'encoded names': { object_keys: ['%E6%8A%A5%E5%91%8A%2Fa%2Bb%20%E2%98%83.pdf'] },
      },
    },
    replies: {
      200: {
        description: 'OMS accepted every key.',
        component: 'SyncEventResults',
        schema: createSyncEventReply,
        examples: {
          'all accepted': { sync_task_id: ID, accepted: 1, failed: 0, results: [{ index: 0, status: 'accepted' }] },
        },
      },
      207: {
        description: 'OMS accepted some of the keys. If it accepts none, the answer is an error.',
        component: 'SyncEventResults',
        schema: createSyncEventReply,
        examples: {
          'some accepted': {
            sync_task_id: ID,
            accepted: 1,
            failed: 1,
            results: [
              { index: 0, status: 'accepted' },
              {
                index: 1,
                status: 'failed',
                error_code: 'OmsSync.OmsUnreachable',
                error_msg: 'OMS could not be reached.',
              },
            ],
          },
        },
      },
    },
    errors: [404, 409, 413],
  },
  {
    method: 'post',
    path: '/sync-tasks/{sync_task_id}/stop',
    operationId: 'stopSyncTask',
    tag: 'sync tasks',
    summary: 'Stop a sync task',
    permissions: { needed: ['update'], optional: ['get'] },
    parameters: path,
    replies: { 200: syncTask('The sync task is stopped.') },
    errors: [404, 409],
  },
  {
    method: 'post',
    path: '/sync-tasks/{sync_task_id}/start',
    operationId: 'startSyncTask',
    tag: 'sync tasks',
    summary: 'Start a stopped sync task',
    description: "Every start sends the buckets' key pairs to OMS.",
    permissions: { needed: ['update'], optional: ['get'] },
    parameters: path,
    body: {
      component: 'StartSyncTaskRequest',
      schema: startSyncTaskRequest,
      required: false,
      examples: { 'keys in the body': KEYS, 'keys in encrypted variables': {} },
    },
    replies: { 200: syncTask('The sync task is started.') },
    errors: [404, 409, 413],
  },
  {
    method: 'delete',
    path: '/sync-tasks/{sync_task_id}',
    operationId: 'deleteSyncTask',
    tag: 'sync tasks',
    summary: 'Delete a stopped sync task',
    description:
      'A running task is refused (409). `stop=true` stops it first, which needs the permission `oms:synctask:update`, and waits as long as the function has time.',
    permissions: { needed: ['delete'], optional: ['get'] },
    parameters: {
      schema: deleteSyncTaskRequest,
      io: 'input',
      published: { stop: { type: 'boolean', default: false } },
      examples: { sync_task_id: ID, stop: true },
    },
    replies: { 200: syncTask('The sync task is deleted.') },
    errors: [404, 409],
  },
  {
    method: 'post',
    path: '/redrive',
    operationId: 'redrive',
    tag: 'delivery',
    summary: 'Submit again the objects that OMS did not accept',
    description:
      'Reads the dead letters and failed invocations of the state bucket, asks OMS to copy their objects, and deletes each document whose objects OMS accepted. The request is checked first; the run begins after the answer 202, and never after an error. Its report is `redrive/last.json` in the state bucket, with a copy below `redrive/reports/` named by the `request_id`. Two runs at once do no harm.',
    asynchronous: true,
    permissions: { needed: ['createEvent'], optional: ['get'] },
    body: {
      component: 'RedriveRequest',
      schema: redriveOptions,
      required: false,
      examples: {
        'see what is there': { dry_run: true },
        'after a missing route was deployed': { codes: ['OmsSync.NoRoute'] },
        everything: {},
      },
    },
    replies: {
      202: {
        description: 'The run will begin.',
        component: 'Accepted',
        schema: acceptedReply,
        examples: { accepted: { request_id: '7e8e5be05ab44d0e8d0c3a4c2f1f9a10' } },
      },
    },
    errors: [400, 401, 413, 500, 502, 503, 504],
  },
  {
    method: 'post',
    path: '/reconcile',
    operationId: 'reconcile',
    tag: 'delivery',
    summary: 'Compare source and destination, and submit missed objects',
    description:
      'Lists both buckets of each route, asks OMS to copy the objects that are missing or differ, and writes a report below `reconcile/<route>/` of the state bucket. The request is checked first; the run begins after the answer 202, and never after an error. The next call or the timer resumes a pass that does not finish in one invocation. Two runs at once do no harm. What a pass submits is proved by the next pass.',
    asynchronous: true,
    permissions: { needed: ['createEvent'], optional: ['get'] },
    body: {
      component: 'ReconcileRequest',
      schema: reconcileRequest,
      required: false,
      examples: {
        'see what would be submitted': { dry_run: true },
        'one route, with what was uploaded just now': { route: 'local', grace_period: '0s' },
        'from the beginning': { restart: true },
        'every route': {},
      },
    },
    replies: {
      202: {
        description: 'The run will begin.',
        component: 'Accepted',
        schema: acceptedReply,
        examples: { accepted: { request_id: '7e8e5be05ab44d0e8d0c3a4c2f1f9a10' } },
      },
    },
    errors: [400, 401, 404, 413, 500, 502, 503, 504],
  },
  {
    method: 'get',
    path: '/objects',
    operationId: 'showObject',
    tag: 'delivery',
    summary: 'Say where an object is, what holds it, and what happens next',
    description:
      'Asks every station on the way of the object, and changes nothing. A station that cannot be asked is `unknown` with its reason, and never makes the request fail. The invocations that wait in FunctionGraph and the logs are not asked here: `oms-sync where` asks them, too.',
    permissions: { needed: ['get'] },
    parameters: {
      schema: showObjectRequest,
      io: 'input',
      examples: { bucket: 'source', key: 'reports/a+b.pdf', encoded: 'false' },
    },
    replies: {
      200: {
        description: 'Where the object is.',
        component: 'ObjectReport',
        schema: objectReply,
        examples: { 'a dead letter holds it': exampleObject },
      },
    },
    errors: [],
  },
  {
    method: 'get',
    path: '/status',
    operationId: 'showStatus',
    tag: 'delivery',
    summary: 'Say whether replication keeps up, what waits, and why',
    description:
      'Asks the sync tasks, the buckets, the state bucket and FunctionGraph, and changes nothing. What cannot be asked is a reason with status `unknown`, and never makes the request fail. Documents are counted by their names; their causes are those of a sample of 50 of each kind.',
    permissions: { needed: ['get'] },
    replies: {
      200: {
        description: 'The status of every route.',
        component: 'StatusReport',
        schema: statusReply,
        examples: { 'a dead letter waits': exampleStatus },
      },
    },
    errors: [],
  },
];
