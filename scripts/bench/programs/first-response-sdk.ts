import { writeSync } from 'node:fs';
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials';
import { ClientBuilder } from '@huaweicloud/huaweicloud-sdk-core/ClientBuilder';
import type { HcClient } from '@huaweicloud/huaweicloud-sdk-core/HcClient';
import { ACCESS_KEY, BATCHES, PROJECT_ID, SECRET_KEY, SYNC_TASK_ID } from './batches.ts';

/**
 * The call of first-response-client.ts by the official SDK, which without `customUserAgent` writes to the home folder.
 */
const client = new ClientBuilder<HcClient>((hcClient) => hcClient)
  .withCredential(new BasicCredentials().withAk(ACCESS_KEY).withSk(SECRET_KEY).withProjectId(PROJECT_ID))
  .withEndpoint(process.argv[2] ?? '')
  .withOptions({ customUserAgent: 'bench' })
  .build();
const answered = client.sendRequest({
  method: 'POST',
  url: '/v2/{project_id}/sync-tasks/{sync_task_id}/events',
  contentType: 'application/json;charset=UTF-8',
  queryParams: {},
  pathParams: { project_id: PROJECT_ID, sync_task_id: SYNC_TASK_ID },
  headers: {},
  data: { object_keys: BATCHES[0] },
});
void answered.then(() => {
  writeSync(1, String(process.hrtime.bigint()));
  process.exit(0);
});
