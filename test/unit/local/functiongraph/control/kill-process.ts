/** A FunctionGraph in a process of its own, to be killed by a test. Prints the address of its API. */
import { Accounts } from '../../../../../scripts/local/accounts.ts';
import { startFunctionGraph } from '../../../../../scripts/local/functiongraph/server.ts';

const [dataDir = '', accessKey = '', secretKey = '', projectId = ''] = process.argv.slice(2);
const fg = await startFunctionGraph({
  dataDir,
  port: 0,
  gatewayPort: 0,
  region: 'cn-north-4',
  projectId,
  accounts: new Accounts([{ accessKey, secretKey }]),
  appCode: 'code',
});
console.log(fg.url);
