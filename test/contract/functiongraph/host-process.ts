/**
 * A FunctionGraph in a process of its own, to be killed by a test. Prints the process id of an idle instance and that
 * of one in a busy loop.
 */
import { strToU8, zipSync } from 'fflate';
import { Accounts } from '../../../scripts/local/accounts.ts';
import { startFunctionGraph } from '../../../scripts/local/functiongraph/server.ts';

const CODE = `exports.handler = async (event, context) => {
  require('fs').writeFileSync(process.env.RUNTIME_CODE_ROOT + '/pid', String(process.pid));
  console.log(process.pid);
  if (event.loop) for (;;);
}`;

async function main(dataDir: string): Promise<void> {
  const fg = await startFunctionGraph({
    dataDir,
    port: 0,
    gatewayPort: 0,
    region: 'cn-north-4',
    projectId: 'project',
    accounts: new Accounts([]),
    appCode: 'code',
    log: ({ function: key, text }) => console.log(`${key} ${text}`),
  });
  for (const key of ['idle', 'busy']) {
    await fg.deploy(
      key,
      {
        name: key,
        handler: 'index.handler',
        package: { artifact: '' },
        runtime: 'Node.js20.15',
        memorySize: 128,
        timeout: 600,
        environment: {},
        encryptedEnvironment: {},
        async: { maxRetries: 0, maxEventAge: 60 },
        events: [],
      },
      zipSync({ 'index.js': strToU8(CODE) }),
    );
    await fg.invoke(key, { loop: key === 'busy' }, { async: true });
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void fg.close().then(() => process.exit(0)));
  }
}

await main(process.argv[2] ?? '');
