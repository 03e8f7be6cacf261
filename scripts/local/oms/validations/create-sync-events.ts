/**
 * Table 1 and Table 3 of "Create a Synchronization Event", updated 2026-04-09.
 * https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html
 */
import { LIMITS } from '../limits.ts';
import { PROJECT_ID } from './path.ts';

export const createSyncEvents = {
  path: {
    project_id: PROJECT_ID,
    // This page alone says 1 to 1024.
    sync_task_id: { type: 'string', mandatory: true, min: 1, max: 1024 },
  },
  query: {},
  body: {
    object_keys: {
      type: 'array',
      mandatory: true,
      min: 1,
      max: LIMITS.keysInSchema,
      element: { type: 'string', min: 1, max: LIMITS.encodedKeyLength },
    },
  },
} as const;
