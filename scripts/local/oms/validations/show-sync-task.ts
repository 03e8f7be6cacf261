/**
 * Table 1 and Table 2 of "Querying Details About a Synchronization Task".
 * https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html
 */
import { PROJECT_ID, SYNC_TASK_ID } from './path.ts';

/**
 * Milliseconds since the epoch: a string of 1 to 1024 characters on the international page, on the Chinese one a number
 * of 0 or more, which takes a time in seconds for January 1970. Here it must have the 13 digits of a time since 2001:
 * a client that mixes up the units finds out, and one that passes here passes there.
 */
export const TIME = { type: 'number-text', mandatory: true, min: 1e12, max: 1e13 - 1 } as const;

export const showSyncTask = {
  path: { project_id: PROJECT_ID, sync_task_id: SYNC_TASK_ID },
  // Mandatory: it names the month that the counters are of.
  query: { query_time: TIME },
} as const;
