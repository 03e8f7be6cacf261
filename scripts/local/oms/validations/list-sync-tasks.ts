/** https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTasks.html, Table 2 */
import { PROJECT_ID } from './path.ts';

export const listSyncTasks = {
  path: { project_id: PROJECT_ID },
  query: {
    limit: { type: 'number-text', min: 1, max: 100, default: 10 },
    offset: { type: 'number-text', min: 0, max: 10_000, default: 0 },
    // Absent: tasks of both states.
    status: { type: 'string', min: 0, max: 255, values: ['SYNCHRONIZING', 'STOPPED'] },
  },
} as const;
