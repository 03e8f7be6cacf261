import { OmsClient } from '#shared/oms/client.ts';
import { ACCESS_KEY, BATCHES, PROJECT_ID, SECRET_KEY, SYNC_TASK_ID } from './batches.ts';
import { serveRounds } from './submit-load.ts';

/** Sync events through this project's client, as a function sends them: signed, with retries and deadline armed. */
const credentials = () => ({ accessKey: ACCESS_KEY, secretKey: SECRET_KEY });
const client = new OmsClient({ endpoint: process.argv[2] ?? '', projectId: PROJECT_ID, credentials }).forInvocation({
  credentials,
  deadline: () => 60_000,
});

serveRounds((call) =>
  client.createSyncEvents({ syncTaskId: SYNC_TASK_ID, objectKeys: BATCHES[call % BATCHES.length] ?? [] }),
);
