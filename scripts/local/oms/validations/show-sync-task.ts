/**
 * Table 1 and Table 2 of "Querying Details About a Synchronization Task".
 * https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html
 */
import { PROJECT_ID, SYNC_TASK_ID } from './path.ts';

/** Milliseconds since the epoch: a string of 1 to 1024 characters in the table, an integer in the SDKs. */
export const TIME = { type: 'number-text', mandatory: true, min: 0, max: 8.64e15 } as const;

export const showSyncTask = {
  path: { project_id: PROJECT_ID, sync_task_id: SYNC_TASK_ID },
  // Mandatory: it names the month that the counters are of.
  query: { query_time: TIME },
} as const;
