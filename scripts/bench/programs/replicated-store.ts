import { join } from 'node:path';
import { OmsClient } from '#shared/oms/client.ts';
import { Accounts } from '../../local/accounts.ts';
import { startObs } from '../../local/obs/server.ts';
import { startOms } from '../../local/oms/server.ts';
import { EMPTY_ETAG, type StoredObject, storeObjects } from '../stored-objects.ts';

export interface ReplicatedStore {
  readonly obs: string;
  readonly oms: string;
  readonly projectId: string;
  readonly taskId: string;
  readonly fillMs: number;
}

export interface Copied {
  readonly copied: number;
  readonly failed: number;
}

const REGION = 'cn-north-4';
const PROJECT = '0123456789abcdef0123456789abcdef';
const KEYS = { accessKey: 'BENCH', secretKey: 'bench-secret' };
const FOLDER_OBJECTS = 10_000;

/** Objects without content, so that those which are missing can be copied. */
function* objects(count: number, isThere: (index: number) => boolean): Generator<StoredObject, void, undefined> {
  const modified = Date.UTC(2026, 0, 1);
  for (let index = 0; index < count; index += 1) {
    if (!isThere(index)) continue;
    const folder = String(Math.trunc(index / FOLDER_OBJECTS)).padStart(4, '0');
    yield { key: `2026/${folder}/object-${String(index).padStart(9, '0')}.bin`, size: 0, etag: EMPTY_ETAG, modified };
  }
}

/**
 * The local object store and the local OMS with a sync task, between two buckets of which the destination lacks every
 * so manieth object. Arguments: a folder, how many objects, of how many one is missing.
 */
async function main([folder = '', count, missingOf]: readonly string[]): Promise<void> {
  const start = performance.now();
  const dataDir = join(folder, 'obs');
  await storeObjects(dataDir, [
    { name: 'source', objects: objects(Number(count), () => true) },
    { name: 'destination', objects: objects(Number(count), (index) => index % Number(missingOf) !== 1) },
  ]);
  const fillMs = performance.now() - start;
  const accounts = new Accounts([KEYS]);
  const obs = await startObs({ dataDir, port: 0, region: REGION, accounts });
  const oms = await startOms({
    dataDir: join(folder, 'oms'),
    port: 0,
    region: REGION,
    projectId: PROJECT,
    accounts,
    resolveEndpoint: () => obs.url,
  });
  const client = new OmsClient({ endpoint: oms.url, projectId: PROJECT, credentials: () => KEYS });
  const { sync_task_id: taskId } = await client.createSyncTask({
    src_cloud_type: 'HuaweiCloud',
    src_region: REGION,
    src_bucket: 'source',
    src_ak: KEYS.accessKey,
    src_sk: KEYS.secretKey,
    dst_region: REGION,
    dst_bucket: 'destination',
    dst_ak: KEYS.accessKey,
    dst_sk: KEYS.secretKey,
  });
  process.on('message', () => {
    void oms.idle().then(() => {
      const { copied, failed } = oms.stats();
      process.send?.({ copied, failed } satisfies Copied);
    });
  });
  process.send?.({ obs: obs.url, oms: oms.url, projectId: PROJECT, taskId, fillMs } satisfies ReplicatedStore);
}

process.on('disconnect', () => process.exit(0));
void main(process.argv.slice(2));
