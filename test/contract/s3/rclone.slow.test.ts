import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Accounts } from '../../../scripts/local/accounts.ts';
import { HOSTILE_KEYS } from '../../../scripts/local/hostile-keys.ts';
import { type ObsServer, startObs } from '../../../scripts/local/obs/server.ts';
import { hasRclone, rclone } from '../../helpers/rclone.ts';
import { clientOf, textOf } from './target.ts';

const CREDENTIALS = { accessKey: 'RCLONE', secretKey: 'rclone-secret' };

/**
 * Keys that rclone cannot name, because it thinks in paths: segments that are empty, `.` or `..`, and a key that is a
 * folder and an object at once. Everything else it must carry.
 */
function rcloneCanName(key: string): boolean {
  return key.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

const missing = !hasRclone();
if (missing && !process.env['CI'])
  console.log('rclone is not installed (apt-get install rclone): its tests are skipped');

interface Way {
  readonly way: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly virtual?: boolean;
}

const WAYS: readonly Way[] = [
  { way: 'path style and Signature V4', settings: {} },
  // It lists with version 1 and continues from the next marker; pages are small here, so that there are several.
  { way: 'the provider HuaweiOBS', settings: { PROVIDER: 'HuaweiOBS', LIST_CHUNK: '7' }, virtual: true },
  // Path style: rclone leaves the bucket of a host name out of this signature.
  { way: 'Signature V2', settings: { V2_AUTH: 'true' } },
];

describe.skipIf(missing && !process.env['CI']).each(WAYS)('rclone with $way', ({ settings, virtual }) => {
  let dataDir: string;
  let server: ObsServer;
  const remote = () =>
    virtual
      ? { ...CREDENTIALS, settings, endpoint: `http://localhost:${server.port}`, proxy: server.url }
      : { ...CREDENTIALS, settings, endpoint: server.url };
  const s3 = () => clientOf({ endpoint: server.url, region: 'cn-north-4', credentials: CREDENTIALS });

  beforeAll(async () => {
    expect(missing, 'rclone is not installed').toBe(false);
    dataDir = await mkdtemp(join(tmpdir(), 'obs-rclone-'));
    const accounts = new Accounts([CREDENTIALS]);
    server = await startObs({ dataDir: join(dataDir, 'store'), port: 0, region: 'cn-north-4', accounts });
    for (const Bucket of ['source', 'copied', 'folder']) await s3().send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(async () => {
    await server?.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('copies every hostile key that it can name from bucket to bucket, and its own check agrees', async () => {
    const keys = HOSTILE_KEYS.filter(rcloneCanName);
    expect(keys.length).toBeGreaterThan(30);
    for (const Key of keys)
      await s3().send(new PutObjectCommand({ Bucket: 'source', Key, Body: `of ${Key}`, Metadata: { a: '1' } }));
    await rclone(remote(), ['copy', 's3:source', 's3:copied']);
    await rclone(remote(), ['check', '--download', 's3:source', 's3:copied']);
    const { Contents } = await s3().send(new ListObjectsV2Command({ Bucket: 'copied' }));
    expect(Contents?.map(({ Key }) => Key).sort()).toEqual([...keys].sort());
    for (const Key of keys)
      expect(await textOf(await s3().send(new GetObjectCommand({ Bucket: 'copied', Key })))).toBe(`of ${Key}`);
  });

  it('uploads a folder, a file of several parts included, and downloads it again', async () => {
    const upload = await mkdtemp(join(dataDir, 'upload-'));
    const download = await mkdtemp(join(dataDir, 'download-'));
    const files: Record<string, Buffer> = {
      'a+b %2F ☃.txt': Buffer.from('hostile'),
      empty: Buffer.alloc(0),
      'large.bin': Buffer.alloc(12 * 1024 ** 2, 'abc'),
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(upload, name), content);
    await rclone(remote(), ['copy', '--s3-upload-cutoff', '5M', '--s3-chunk-size', '5M', upload, 's3:folder/报告']);
    await rclone(remote(), ['copy', 's3:folder/报告', download]);
    expect((await readdir(download)).sort()).toEqual(Object.keys(files).sort());
    for (const [name, content] of Object.entries(files))
      expect((await readFile(join(download, name))).equals(content)).toBe(true);
    expect(await rclone(remote(), ['lsf', '-R', 's3:folder'])).toContain('报告/a+b %2F ☃.txt\n');
  });

  it('moves and deletes', async () => {
    await rclone(remote(), ['moveto', 's3:copied/a+b', 's3:copied/moved/a b']);
    expect(await rclone(remote(), ['cat', 's3:copied/moved/a b'])).toBe('of a+b');
    await rclone(remote(), ['purge', 's3:copied']);
    expect(await rclone(remote(), ['lsd', 's3:'])).not.toContain('copied');
  });
});
