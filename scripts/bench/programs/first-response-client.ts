import { writeSync } from 'node:fs';
import { OmsClient } from '#shared/oms/client.ts';
import { ACCESS_KEY, BATCHES, PROJECT_ID, SECRET_KEY, SYNC_TASK_ID } from './batches.ts';

/** One signed call from a cold process with this project's client. Argument: the endpoint. Prints when it answered. */
const client = new OmsClient({
  endpoint: process.argv[2] ?? '',
  projectId: PROJECT_ID,
  credentials: () => ({ accessKey: ACCESS_KEY, secretKey: SECRET_KEY }),
});
const answered = client.createSyncEvents({ syncTaskId: SYNC_TASK_ID, objectKeys: BATCHES[0] ?? [] });
void answered.then(() => {
  writeSync(1, String(process.hrtime.bigint()));
  process.exit(0);
});
