import { DESTINATION, SOURCE } from './buckets.ts';
import type { Identity } from './identity.ts';
import { request } from './request.ts';

/** The variable ROUTES: what is put into the source bucket belongs to the task. */
export function routesOf(taskId: string | undefined, endpoint: string, region: string): string {
  if (!taskId) return '[]';
  return JSON.stringify([
    {
      name: 'local',
      source: { cloud: 'HuaweiCloud', bucket: SOURCE, region, endpoint },
      destination: { bucket: DESTINATION, region, endpoint },
      sync_task_id: taskId,
    },
  ]);
}

/**
 * The stack's own task, created the way a user would: through the gateway and the function. A start that was killed
 * before its id was kept finds it again.
 */
export async function ensureSyncTask(gateway: string, identity: Identity, region: string): Promise<string> {
  const headers = { 'x-apig-appcode': identity.app_code, 'content-type': 'application/json' };
  if (identity.sync_task_id) {
    const shown = await request('GET', `${gateway}/sync-tasks/${encodeURIComponent(identity.sync_task_id)}`, {
      headers,
    });
    if (shown.status === 200) return identity.sync_task_id;
  }
  const created = await request('POST', `${gateway}/sync-tasks?if_exists=return`, {
    headers,
    // No credentials here: the function takes them from its encrypted variables.
    body: JSON.stringify({
      src_cloud_type: 'HuaweiCloud',
      src_region: region,
      src_bucket: SOURCE,
      dst_region: region,
      dst_bucket: DESTINATION,
      description: 'Created by npm start',
      enable_metadata_migration: true,
    }),
  });
  const taskId = (JSON.parse(created.body || '{}') as { sync_task_id?: string }).sync_task_id;
  if (created.status !== 200 || !taskId)
    throw new Error(`The sync task could not be created: HTTP ${created.status} ${created.body}`);
  return taskId;
}
