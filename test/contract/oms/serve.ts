import { Accounts } from '../../../scripts/local/accounts.ts';
import { startOms } from '../../../scripts/local/oms/server.ts';

/** A local OMS in a process of its own: `serve.ts FOLDER S3_ENDPOINT PROJECT_ID ACCESS_KEY SECRET_KEY`. */
const [dataDir = '', endpoint = '', projectId = '', accessKey = '', secretKey = ''] = process.argv.slice(2);
const oms = await startOms({
  dataDir,
  port: 0,
  region: 'cn-north-4',
  projectId,
  accounts: new Accounts([{ accessKey, secretKey }]),
  resolveEndpoint: () => endpoint,
});
process.send?.(oms.url);
