import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Accounts } from '../../../scripts/local/accounts.ts';
import { startObs } from '../../../scripts/local/obs/server.ts';
import { describeS3 } from './suite.ts';

describeS3('the local object store', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'obs-contract-'));
  const credentials = { accessKey: 'LOCALTEST', secretKey: 'local-secret' };
  const region = 'us-east-1';
  const server = await startObs({ dataDir, port: 0, region, accounts: new Accounts([credentials]) });
  return {
    endpoint: server.url,
    region,
    credentials,
    stop: async () => {
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
});
