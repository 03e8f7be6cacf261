import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ObjectStoreClient } from '#shared/objectstore/client.ts';
import { missingCephPrograms, startCeph } from '../s3/ceph.ts';
import { describeObjectStore, KEYS, makeBucket, optionsOf, type Server } from './suite.ts';

const missing = missingCephPrograms();
if (missing.length === 0) {
  describeObjectStore('a Ceph RADOS Gateway', startCeph);

  describe('ObjectStoreClient and the virtual hosts of a Ceph RADOS Gateway', () => {
    let target: Server;
    beforeAll(async () => {
      target = await startCeph();
      await makeBucket(target, 'virtual');
    });
    afterAll(() => target.stop());

    it.each(KEYS)('agree on the key %j', async (key) => {
      const agent = new Agent({
        lookup: (_hostname, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
      });
      const endpoint = `http://localhost:${new URL(target.endpoint).port}`;
      const store = new ObjectStoreClient({ ...optionsOf(target), endpoint, addressing: 'virtual', agent });
      await store.putObject({ bucket: 'virtual', key, body: key });
      // A client without a virtual host would find objects that the other one put into a wrong place.
      const other = new ObjectStoreClient(optionsOf(target));
      expect((await other.getObject({ bucket: 'virtual', key })).body.toString()).toBe(key);
      const { objects } = await store.listObjects({ bucket: 'virtual', prefix: key, maxKeys: 1 });
      expect(objects[0]?.key).toBe(key);
    });
  });
} else
  describe('ObjectStoreClient and a Ceph RADOS Gateway', () => {
    it.skipIf(!process.env['CI'])(
      `needs ${missing.join(', ')} (apt-get install ceph-mon ceph-osd ceph-common radosgw)`,
      () => {
        throw new Error(`Missing programs: ${missing.join(', ')}`);
      },
    );
  });
