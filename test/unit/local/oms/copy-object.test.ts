import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CopyInterrupted, type CopyRequest, copyObject } from '../../../../scripts/local/oms/copy-object.ts';
import { S3Client } from '../../../../scripts/local/oms/s3-client.ts';
import type { Task } from '../../../../scripts/local/oms/task.ts';
import { StubS3 } from './stub-s3.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const TASK: Task = {
  id: 't',
  projectId: 'p',
  settings: {
    src_cloud_type: 'HuaweiCloud',
    src_region: 'src-region',
    src_bucket: 'source',
    dst_region: 'dst-region',
    dst_bucket: 'destination',
    enable_metadata_migration: false,
    enable_restore: false,
    enable_kms: false,
    dst_storage_policy: 'STANDARD',
    consistency_check: 'size_last_modified',
    src_crypto_type: 'DEFAULT',
    dst_crypto_type: 'DEFAULT',
  },
  secrets: { src_ak: 'SRC', src_sk: 's', dst_ak: 'DST', dst_sk: 'd' },
  status: 'SYNCHRONIZING',
  createTime: 0,
  lastStartTime: 0,
  overwriteMode: 'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
};

describe('copyObject', () => {
  let store: StubS3;
  let s3: S3Client;
  let endpoint: string;
  let slept: number[];
  let stop: AbortController;

  beforeEach(async () => {
    store = new StubS3();
    endpoint = await store.listen();
    s3 = new S3Client({ maxSockets: 4, now: () => NOW });
    slept = [];
    stop = new AbortController();
  });
  afterEach(async () => {
    s3.close();
    await store.close();
  });

  const copy = (key: string, settings: Partial<Task['settings']> = {}, changes: Partial<CopyRequest> = {}) => {
    const bucket = (name: string, accessKey: string) => ({
      endpoint,
      name,
      accessKey,
      region: `${name}-region`,
      secretKey: 'x',
    });
    return copyObject(
      {
        task: { ...TASK, settings: { ...TASK.settings, ...settings } },
        key,
        source: bucket('source', 'SRC'),
        destination: bucket('destination', 'DST'),
        resumed: false,
        ...changes,
      },
      {
        s3,
        attempts: 3,
        random: () => 0.5,
        restore: { poll: 5_000, timeout: 180_000 },
        signal: stop.signal,
        sleep: async (ms) => {
          slept.push(ms);
        },
      },
    );
  };
  const copied = (key: string) => store.objects.get(`destination/${key}`);

  it('copies the bytes, the type and the storage class', async () => {
    store.put('source/a', 'abc', { 'content-type': 'text/x', 'x-amz-meta-a': 'b' });
    expect(await copy('a', { dst_storage_policy: 'IA' })).toEqual({ outcome: 'success', size: 3 });
    expect(copied('a')?.body.toString()).toBe('abc');
    expect(copied('a')?.headers).toEqual({ 'content-type': 'text/x', 'x-amz-storage-class': 'STANDARD_IA' });
  });

  it('signs for the source and for the destination with their own keys and regions', async () => {
    store.put('source/a', 'abc');
    await copy('a');
    const scopes = store.requests.map(({ method, headers }) => [
      method,
      /Credential=(\w+)\/\d+\/([\w-]+)\//.exec(headers.authorization ?? '')?.slice(1),
    ]);
    expect(scopes).toEqual(
      expect.arrayContaining([
        ['GET', ['SRC', 'source-region']],
        ['HEAD', ['DST', 'destination-region']],
        ['PUT', ['DST', 'destination-region']],
      ]),
    );
  });

  it.each(['../x', 'a//b', '/a', 'a/', '.', 'a b+c%2F?#&=', '报告/☃.txt', '\r\n\0', '\u{1F600}', 'x'.repeat(1024)])(
    'copies the key %j under exactly that name',
    async (key) => {
      store.put(`source/${key}`, 'abc');
      expect(await copy(key)).toEqual({ outcome: 'success', size: 3 });
      expect(copied(key)?.body.toString()).toBe('abc');
    },
  );

  it('streams a large object and keeps an empty one', async () => {
    const large = randomBytes(3 * 1024 * 1024);
    store.put('source/large', large);
    store.put('source/empty', '');
    expect(await copy('large')).toEqual({ outcome: 'success', size: large.length });
    expect(copied('large')?.body.equals(large)).toBe(true);
    expect(await copy('empty')).toEqual({ outcome: 'success', size: 0 });
    expect(copied('empty')?.body.length).toBe(0);
  });

  it('skips what the destination already has', async () => {
    store.put('source/a', 'abc', {}, NOW - 10_000);
    store.put('destination/a', 'xyz', {}, NOW);
    expect(await copy('a')).toEqual({ outcome: 'skip', size: 0 });
    expect(copied('a')?.body.toString()).toBe('xyz');
  });

  it('overwrites an older destination and one of another size', async () => {
    store.put('source/a', 'abc', {}, NOW);
    store.put('destination/a', 'xyz', {}, NOW - 10_000);
    store.put('source/b', 'abc', {}, NOW - 10_000);
    store.put('destination/b', 'wxyz', {}, NOW);
    expect((await copy('a')).outcome).toBe('success');
    expect((await copy('b')).outcome).toBe('success');
    expect([copied('a')?.body.toString(), copied('b')?.body.toString()]).toEqual(['abc', 'abc']);
  });

  it('does not skip, within a second, other content or other metadata of the same size', async () => {
    store.put('source/a', 'abc');
    store.put('destination/a', 'xyz');
    expect((await copy('a')).outcome).toBe('success');
    store.put('source/a', 'abc', { 'x-amz-meta-a': 'new' });
    expect((await copy('a', { enable_metadata_migration: true })).outcome).toBe('success');
    expect(copied('a')?.headers['x-amz-meta-a']).toBe('new');
    expect((await copy('a', { enable_metadata_migration: true })).outcome).toBe('skip');
  });

  it('copies again what changed to the same size while it was being copied', async () => {
    store.put('source/a', 'old');
    store.stored = () => {
      store.stored = () => {};
      store.put('source/a', 'new');
      // Written before the copy, by the clock: comparing times would keep the old state forever.
      store.put('destination/a', 'old', {}, NOW + 5000);
    };
    expect(await copy('a')).toEqual({ outcome: 'success', size: 3 });
    expect(copied('a')?.body.toString()).toBe('new');
  });

  it('counts a copy as a success although the source was touched or deleted meanwhile', async () => {
    store.put('source/a', 'abc');
    store.stored = () => store.put('source/a', 'abc', {}, NOW + 5000);
    expect(await copy('a')).toEqual({ outcome: 'success', size: 3 });
    store.put('source/b', 'abc');
    store.stored = () => {
      store.objects.delete('source/b');
    };
    expect(await copy('b')).toEqual({ outcome: 'success', size: 3 });
  });

  it('counts a copy as a success although the source was unavailable afterwards', async () => {
    store.put('source/a', 'abc');
    store.stored = () => {
      store.before = (method) => {
        if (method !== 'HEAD') return undefined;
        store.before = () => undefined;
        return 503;
      };
    };
    expect(await copy('a')).toEqual({ outcome: 'success', size: 3 });
    expect(slept).toHaveLength(1);
  });

  it('gives up on a source that changes with every copy', async () => {
    let version = 0;
    store.put('source/a', '0');
    store.stored = () => {
      version += 1;
      store.put('source/a', String(version));
    };
    expect(await copy('a')).toEqual({ outcome: 'failure', size: 0, reason: 'source_keeps_changing' });
  });

  it('does not trust times after a restart in the middle of a copy', async () => {
    store.put('source/a', 'new', {}, NOW - 10_000);
    store.put('destination/a', 'old', {}, NOW);
    expect((await copy('a', {}, { resumed: true })).outcome).toBe('success');
    expect(copied('a')?.body.toString()).toBe('new');
    store.put('destination/a', 'new', {}, NOW);
    expect((await copy('a', {}, { resumed: true })).outcome).toBe('skip');
  });

  it('fails for a key that no bucket can hold, without asking', async () => {
    expect(await copy('é'.repeat(513))).toEqual({ outcome: 'failure', size: 0, reason: 'key_too_long' });
    expect(store.requests).toEqual([]);
  });

  it.each([
    ['GET', 404, 'source_not_found'],
    ['GET', 403, 'source_refused'],
    ['HEAD', 403, 'destination_refused'],
    ['PUT', 403, 'destination_refused'],
    ['PUT', 404, 'destination_refused'],
  ])('fails at once when %s is answered %d', async (method, status, reason) => {
    store.put('source/a', 'abc');
    store.before = (asked) => (asked === method ? status : undefined);
    expect(await copy('a')).toEqual({ outcome: 'failure', size: 0, reason });
    expect(slept).toEqual([]);
  });

  it.each([
    ['GET', 500],
    ['HEAD', 503],
    ['PUT', 429],
  ])('tries again when %s is answered %d', async (method, status) => {
    store.put('source/a', 'abc');
    let refusals = 2;
    store.before = (asked) => {
      if (asked !== method || refusals === 0) return undefined;
      refusals -= 1;
      return status;
    };
    expect((await copy('a')).outcome).toBe('success');
    expect(slept).toEqual([100, 200]);
  });

  it('trusts times after a failure before anything was written', async () => {
    store.put('source/a', 'abc', {}, NOW - 10_000);
    store.put('destination/a', 'xyz', {}, NOW);
    let refused = false;
    store.before = (method) => {
      if (method !== 'GET' || refused) return undefined;
      refused = true;
      return 503;
    };
    expect((await copy('a')).outcome).toBe('skip');
  });

  it('fails after the last attempt', async () => {
    store.put('source/a', 'abc');
    store.before = (method) => (method === 'PUT' ? 503 : undefined);
    expect(await copy('a')).toEqual({ outcome: 'failure', size: 0, reason: 'unavailable' });
    expect(slept).toHaveLength(2);
  });

  it.each([1000, 2 * 1024 * 1024])('never stores a part of a source of %d bytes that breaks off', async (size) => {
    const body = randomBytes(size);
    store.put('source/a', body);
    store.broken.set('source/a', size / 2);
    const partial: number[] = [];
    store.stored = (path) => {
      partial.push(store.objects.get(path)?.body.length ?? 0);
    };
    expect(await copy('a')).toEqual({ outcome: 'success', size });
    expect(partial).toEqual([size]);
    expect(slept).toHaveLength(1);
  });

  it('reports a destination that stored something else', async () => {
    store.put('source/a', 'abc');
    store.damage = () => Buffer.from('abd');
    expect(await copy('a')).toEqual({ outcome: 'failure', size: 0, reason: 'inconsistent' });
  });

  it('leaves an object accepted when the server stops', async () => {
    store.put('source/a', 'abc');
    store.before = (method) => {
      if (method === 'PUT') {
        stop.abort();
        s3.close();
      }
      return undefined;
    };
    await expect(copy('a')).rejects.toThrow(CopyInterrupted);
  });
});
