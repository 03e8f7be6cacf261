import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ACCESS_KEY, BATCHES, PROJECT_ID, SECRET_KEY, SYNC_TASK_ID } from './batches.ts';

/**
 * One request to a cold function that submits sync events: loading, configuration, middleware, validation and the
 * signed call. Arguments: the endpoint of OMS, the function's bundle. Prints when the function answered.
 */
const [, , endpoint = '', bundle = ''] = process.argv;

type Handler = (event: unknown, context: unknown) => Promise<{ readonly statusCode: number; readonly body: string }>;
const { handler } = createRequire(bundle)(bundle) as { readonly handler: Handler };

const variables: Readonly<Record<string, string>> = { OMS_ENDPOINT: endpoint, OMS_PROJECT_ID: PROJECT_ID };
const context = {
  getRequestID: () => 'bench',
  getRemainingTimeInMilliSeconds: () => 30_000,
  getUserData: (name: string) => variables[name],
  getProjectID: () => PROJECT_ID,
  getFunctionName: () => 'create-sync-event',
  getVersion: () => 'latest',
  getSecurityAccessKey: () => ACCESS_KEY,
  getSecuritySecretKey: () => SECRET_KEY,
  getSecurityToken: () => 'bench-token',
  getLogger: () => console,
};
const event = {
  httpMethod: 'POST',
  path: `/sync-tasks/${SYNC_TASK_ID}/events`,
  headers: { 'content-type': 'application/json' },
  queryStringParameters: {},
  pathParameters: { sync_task_id: SYNC_TASK_ID },
  body: JSON.stringify({ object_keys: BATCHES[0] }),
  isBase64Encoded: false,
  requestContext: { apiId: 'bench', requestId: 'bench', stage: 'RELEASE' },
};

// The function's own log lines would mix with the report.
console.log = () => {};
console.info = () => {};
void handler(event, context).then(({ statusCode, body }) => {
  if (statusCode !== 200) throw new Error(`the function answered ${statusCode}: ${body}`);
  writeSync(1, String(process.hrtime.bigint()));
  process.exit(0);
});
