import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Accounts } from '../../../../scripts/local/accounts.ts';
import { Drops } from '../../../../scripts/local/demo/drops.ts';
import { missingObjects } from '../../../../scripts/local/demo/gap.ts';
import { HOSTILE_KEYS } from '../../../../scripts/local/hostile-keys.ts';
import { type ObsServer, startObs } from '../../../../scripts/local/obs/server.ts';
import { ensureBucket, s3Client } from '../../../../scripts/local/s3.ts';
import { until } from '../../../helpers/process-tree.ts';

const KEYS = { accessKey: 'AK', secretKey: 'secret' };

describe('what the demo loses, and finds missing', () => {
  let folder: string;
  let obs: ObsServer;
  const delivered = new Set<string>();
  const keyOf = (event: unknown): string => /"key":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(event))?.[1] ?? '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oms-sync-drops-'));
    obs = await startObs({
      dataDir: folder,
      port: 0,
      region: 'cn-north-4',
      accounts: new Accounts([KEYS]),
      deliver: ({ event }) => {
        delivered.add(keyOf(event));
      },
    });
    obs.setTriggers([{ id: 't', type: 'OBS', target: 't', bucket: 'source', events: ['ObjectCreated:*'] }]);
  });
  afterAll(async () => {
    await obs?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is the same for the same names, and says how many', async () => {
    const client = s3Client({ endpoint: obs.url, region: 'cn-north-4', ...KEYS });
    for (const bucket of ['source', 'destination']) await ensureBucket(client, bucket);
    const drops = new Drops(obs.url, 50);
    expect(JSON.parse((await drops.start('source')) ?? '')).toMatchObject({
      rules: [{ fault: 'drop', bucket: 'source' }],
    });
    for (const Key of HOSTILE_KEYS) await client.send(new PutObjectCommand({ Bucket: 'source', Key, Body: 'x' }));
    await until('all notifications', async () => (await drops.state())?.seen === HOSTILE_KEYS.length);

    const dropped = (await drops.state())?.dropped ?? 0;
    expect(dropped).toBeGreaterThan(HOSTILE_KEYS.length / 4);
    expect(dropped).toBeLessThan((HOSTILE_KEYS.length * 3) / 4);
    await until('deliveries', () => delivered.size === HOSTILE_KEYS.length - dropped);

    // Whatever the order.
    const first = [...delivered].sort();
    delivered.clear();
    await drops.start('source');
    for (const Key of HOSTILE_KEYS.toReversed())
      await client.send(new PutObjectCommand({ Bucket: 'source', Key, Body: 'x' }));
    await until('all notifications', async () => (await drops.state())?.seen === HOSTILE_KEYS.length);
    await until('deliveries', () => delivered.size === HOSTILE_KEYS.length - dropped);
    expect([...delivered].sort()).toEqual(first);

    // Names come back from the listing as they were uploaded.
    expect((await missingObjects(client, 'source', 'destination')).sort()).toEqual([...HOSTILE_KEYS].sort());
    await client.send(new PutObjectCommand({ Bucket: 'destination', Key: 'a+b', Body: 'x' }));
    expect(await missingObjects(client, 'source', 'destination')).toHaveLength(HOSTILE_KEYS.length - 1);

    await drops.stop();
    expect(obs.faults().plan).toBeNull();
    client.destroy();
  });

  it('is nothing at 0 %', async () => {
    const drops = new Drops(obs.url, 0);
    expect(await drops.start('source')).toBeUndefined();
    expect(await drops.state()).toBeUndefined();
    await drops.stop();
    expect(obs.faults().plan).toBeNull();
  });
});
