import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { Accounts } from '../../../scripts/local/accounts.ts';
import { startObs } from '../../../scripts/local/obs/server.ts';
import { startOms } from '../../../scripts/local/oms/server.ts';
import type { RunningTarget } from './target.ts';

const REGION = 'cn-north-4';

/** The local OMS on the local object store, as `npm start` joins them. */
export async function startLocalTarget(kind: 'permanent' | 'temporary' = 'permanent'): Promise<RunningTarget> {
  const dataDir = await mkdtemp(join(tmpdir(), 'oms-contract-'));
  const keys = { accessKey: 'CONTRACTTESTKEY00001', secretKey: 'contract-test-secret-key' };
  const accounts = new Accounts([keys]);
  const obs = await startObs({ dataDir: join(dataDir, 'obs'), port: 0, region: REGION, accounts });
  const projectId = '2c0689c860ad4728a497c91ec0844383';
  const oms = await startOms({
    dataDir: join(dataDir, 'oms'),
    port: 0,
    region: REGION,
    projectId,
    accounts,
    resolveEndpoint: () => obs.url,
  });
  const s3 = new S3Client({
    endpoint: obs.url,
    region: REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey },
  });
  const bucket = async (name: string) => {
    await s3.send(new CreateBucketCommand({ Bucket: name }));
    return { name, region: REGION, endpoint: obs.url, ...keys };
  };
  return {
    name: 'the local OMS',
    endpoint: oms.url,
    projectId,
    credentials: kind === 'temporary' ? accounts.issueTemporary() : keys,
    source: await bucket('test-source'),
    destination: await bucket('test-destination'),
    patience: 10_000,
    interval: 10,
    say: () => {},
    stop: async () => {
      s3.destroy();
      await oms.close();
      await obs.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
