import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Accounts } from '../../../scripts/local/accounts.ts';
import { type ObsServer, startObs } from '../../../scripts/local/obs/server.ts';
import { type EsdkAnswer, type EsdkClient, esdkCall, esdkCalls, esdkClient } from '../../helpers/esdk-obs.ts';
import { send } from './raw.ts';

const KEYS = { accessKey: 'ESDK', secretKey: 'esdk-secret', securityToken: 'esdk-token' };
const REGION = 'cn-north-4';
const HOSTILE = "报告/a+b %2F ☃ '(*)!.txt";

/** Subdomains of localhost, which not every resolver knows, lead to this machine. */
const agent = new Agent({
  lookup: (_host, options, callback) =>
    options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
});

interface Bench {
  readonly client: EsdkClient;
  readonly server: ObsServer;
  readonly folder: string;
  /** Fails unless the service answers with this status. */
  call(name: string, parameters: object, status?: number): Promise<EsdkAnswer['InterfaceResult']>;
}

type Check = (bench: Bench) => Promise<void>;

const Bucket = 'source';
const CORS = [
  { AllowedOrigin: ['http://a.example'], AllowedMethod: ['GET'], AllowedHeader: ['x-a'], MaxAgeSeconds: 5 },
];
const PART = Buffer.alloc(5 * 1024 ** 2, 'p').toString();

async function upload({ call }: Bench, Key: string): Promise<string> {
  return (await call('initiateMultipartUpload', { Bucket, Key, Metadata: { a: '1' }, ContentType: 'text/x' })).UploadId;
}

async function text({ call }: Bench, Key: string, more = {}, status = 200): Promise<string> {
  return String((await call('getObject', { Bucket, Key, ...more }, status)).Content);
}

/** The calls that the store claims. Each check may rely on a bucket `source` with an object `kept`. */
const CLAIMED: Readonly<Record<string, Check>> = {
  createBucket: async ({ call }) => {
    await call('createBucket', { Bucket: 'another', Location: REGION });
    await call('createBucket', { Bucket: 'another' }, 409);
  },
  listBuckets: async ({ call }) => {
    const { Buckets } = await call('listBuckets', {});
    expect(Buckets.map(({ BucketName }: { BucketName: string }) => BucketName)).toEqual(['another', 'source']);
  },
  headBucket: async ({ call }) => {
    await call('headBucket', { Bucket });
    await call('headBucket', { Bucket: 'absent' }, 404);
  },
  getBucketMetadata: async ({ call }) => {
    expect(await call('getBucketMetadata', { Bucket })).toMatchObject({ Location: REGION, ObsVersion: '3.0' });
  },
  getBucketLocation: async ({ call }) => {
    expect((await call('getBucketLocation', { Bucket })).Location).toBe(REGION);
  },
  getBucketVersioningConfiguration: async ({ call }) => {
    await call('getBucketVersioningConfiguration', { Bucket });
  },
  deleteBucket: async ({ call }) => {
    await call('deleteBucket', { Bucket: 'another' }, 204);
    await call('deleteBucket', { Bucket }, 409);
  },
  putObject: async (bench) => {
    const Metadata = { city: '北京', plain: 'a b' };
    await bench.call('putObject', { Bucket, Key: HOSTILE, Body: 'content', Metadata, StorageClass: 'WARM' });
    expect(await text(bench, HOSTILE)).toBe('content');
    const SourceFile = join(bench.folder, 'file');
    await writeFile(SourceFile, 'of a file');
    await bench.call('putObject', { Bucket, Key: 'file', SourceFile, ContentType: 'text/x-file' });
    expect(await text(bench, 'file')).toBe('of a file');
    const ContentMD5 = createHash('md5').update('other').digest('base64');
    await bench.call('putObject', { Bucket, Key: 'file', Body: 'content', ContentMD5 }, 400);
    const ContentSHA256 = '0'.repeat(64);
    await bench.call('putObject', { Bucket, Key: 'file', Body: 'content', ContentSHA256 }, 400);
  },
  getObject: async (bench) => {
    expect(await text(bench, 'kept', { Range: 'bytes=1-2' }, 206)).toBe('ep');
    const { ContentType } = await bench.call('getObject', { Bucket, Key: 'kept', ResponseContentType: 'a/b c' });
    expect(ContentType).toBe('a/b c');
    await bench.call('getObject', { Bucket, Key: 'absent' }, 404);
    await bench.call('getObject', { Bucket, Key: 'kept', IfMatch: 'other' }, 412);
  },
  getObjectMetadata: async ({ call, client }) => {
    const found = await call('getObjectMetadata', { Bucket, Key: HOSTILE });
    expect(found).toMatchObject({ ContentLength: '7', Metadata: { city: '%E5%8C%97%E4%BA%AC', plain: 'a b' } });
    expect(found.StorageClass).toBe(client.util.signatureContext.signature === 'obs' ? 'WARM' : 'STANDARD_IA');
    await call('getObjectMetadata', { Bucket, Key: 'absent' }, 404);
  },
  listObjects: async ({ call }) => {
    const Keys = [];
    for (let Marker: string | undefined; ; ) {
      const page = await call('listObjects', { Bucket, MaxKeys: 1, Marker, EncodingType: 'url' });
      Keys.push(...page.Contents.map(({ Key }: { Key: string }) => Key));
      if (page.IsTruncated !== 'true') break;
      Marker = page.NextMarker;
      expect(Marker).toBe(Keys.at(-1));
    }
    expect(Keys).toEqual(['file', 'kept', HOSTILE]);
    const { CommonPrefixes } = await call('listObjects', { Bucket, Delimiter: '/' });
    expect(CommonPrefixes).toEqual([expect.objectContaining({ Prefix: '报告/' })]);
  },
  copyObject: async (bench) => {
    const CopySource = `${Bucket}/${HOSTILE}`;
    // The SDK would encode the quotes.
    const ETag = (await bench.call('copyObject', { Bucket, Key: 'copy', CopySource })).ETag.replaceAll('"', '');
    expect(await text(bench, 'copy')).toBe('content');
    await bench.call('copyObject', { Bucket, Key: 'copy', CopySource, CopySourceIfMatch: ETag });
    await bench.call('copyObject', { Bucket, Key: 'copy', CopySource, CopySourceIfMatch: '"other"' }, 412);
    await bench.call('copyObject', { Bucket, Key: 'copy', CopySource, CopySourceIfNoneMatch: ETag }, 412);
    const past = new Date(0).toUTCString();
    await bench.call('copyObject', { Bucket, Key: 'copy', CopySource, CopySourceIfUnmodifiedSince: past }, 412);
    await bench.call('copyObject', { Bucket, Key: 'copy', CopySource, CopySourceIfModifiedSince: past });
    const replaced = { CopySource, MetadataDirective: 'REPLACE', Metadata: { b: '2' }, ContentType: 'text/replaced' };
    await bench.call('copyObject', { Bucket, Key: 'copy', ...replaced });
    expect(await bench.call('getObjectMetadata', { Bucket, Key: 'copy' })).toMatchObject({
      Metadata: { b: '2' },
      ContentType: 'text/replaced',
    });
  },
  restoreObject: async ({ call }) => {
    await call('putObject', { Bucket, Key: 'cold', Body: 'cold', StorageClass: 'COLD' });
    await call('getObject', { Bucket, Key: 'cold' }, 403);
    await call('restoreObject', { Bucket, Key: 'cold', Days: 1, Tier: 'Expedited' }, 202);
    const { Restore } = await call('getObjectMetadata', { Bucket, Key: 'cold' });
    expect(Restore).toContain('ongoing-request="true"');
  },
  deleteObject: async ({ call }) => {
    await call('deleteObject', { Bucket, Key: 'cold' }, 204);
    await call('getObjectMetadata', { Bucket, Key: 'cold' }, 404);
  },
  deleteObjects: async ({ call, client }) => {
    // The SDK encodes names with its own signature only.
    const encodings = client.util.signatureContext.signature === 'obs' ? [undefined, 'url'] : [undefined];
    for (const EncodingType of encodings) {
      for (const Key of ['one', 'a b+%']) await call('putObject', { Bucket, Key, Body: 'x' });
      const Objects = [{ Key: 'one' }, { Key: 'a b+%' }];
      const { Deleteds } = await call('deleteObjects', { Bucket, Objects, EncodingType });
      expect(Deleteds).toHaveLength(2);
      for (const Key of ['one', 'a b+%']) await call('getObjectMetadata', { Bucket, Key }, 404);
    }
  },
  initiateMultipartUpload: async (bench) => {
    expect(await upload(bench, 'abandoned')).not.toBe('');
  },
  listMultipartUploads: async ({ call }) => {
    const { Uploads } = await call('listMultipartUploads', { Bucket });
    expect(Uploads.map(({ Key }: { Key: string }) => Key)).toContain('abandoned');
  },
  uploadPart: async (bench) => {
    const UploadId = await upload(bench, 'part');
    const part = { Bucket, Key: 'part', UploadId };
    const { ETag } = await bench.call('uploadPart', { ...part, PartNumber: 1, Body: 'part' });
    await bench.call('completeMultipartUpload', { ...part, Parts: [{ PartNumber: 1, ETag }] });
    expect(await text(bench, 'part')).toBe('part');
  },
  listParts: async (bench) => {
    const part = { Bucket, Key: 'part', UploadId: await upload(bench, 'part') };
    await bench.call('uploadPart', { ...part, PartNumber: 3, Body: 'part' });
    const { Parts } = await bench.call('listParts', part);
    expect(Parts).toEqual([expect.objectContaining({ PartNumber: '3', Size: '4' })]);
  },
  copyPart: async (bench) => {
    const part = { Bucket, Key: 'parts', UploadId: await upload(bench, 'parts') };
    const first = await bench.call('uploadPart', { ...part, PartNumber: 1, Body: PART });
    const source = { CopySource: `${Bucket}/kept`, CopySourceRange: 'bytes=1-2' };
    const second = await bench.call('copyPart', { ...part, PartNumber: 2, ...source });
    const Parts = [first, second].map(({ ETag }, index) => ({ PartNumber: index + 1, ETag }));
    await bench.call('completeMultipartUpload', { ...part, Parts });
    expect(await text(bench, 'parts', { Range: 'bytes=-3' }, 206)).toBe('pep');
  },
  completeMultipartUpload: async ({ call }) => {
    expect(await call('getObjectMetadata', { Bucket, Key: 'parts' })).toMatchObject({
      ContentType: 'text/x',
      Metadata: { a: '1' },
      ContentLength: String(PART.length + 2),
    });
  },
  abortMultipartUpload: async (bench) => {
    const part = { Bucket, Key: 'part', UploadId: await upload(bench, 'part') };
    await bench.call('abortMultipartUpload', part, 204);
    await bench.call('listParts', part, 404);
  },
  uploadFile: async (bench) => {
    const UploadFile = join(bench.folder, 'large');
    await writeFile(UploadFile, Buffer.alloc(11 * 1024 ** 2, 'large'));
    await bench.call('uploadFile', { Bucket, Key: 'large', UploadFile, PartSize: 5 * 1024 ** 2 });
  },
  downloadFile: async (bench) => {
    const DownloadFile = join(bench.folder, 'downloaded');
    await bench.call('downloadFile', { Bucket, Key: 'large', DownloadFile, PartSize: 5 * 1024 ** 2 });
    expect((await readFile(DownloadFile)).equals(await readFile(join(bench.folder, 'large')))).toBe(true);
  },
  setBucketCors: async ({ call }) => void (await call('setBucketCors', { Bucket, CorsRules: CORS })),
  getBucketCors: async ({ call }) => {
    const { CorsRules } = await call('getBucketCors', { Bucket });
    expect(CorsRules).toEqual([
      expect.objectContaining({ AllowedOrigin: ['http://a.example'], AllowedMethod: ['GET'] }),
    ]);
  },
  optionsBucket: async ({ call }) => {
    const asked = { Bucket, Origin: 'http://a.example', AccessControlRequestMethods: ['GET'] };
    expect(await call('optionsBucket', asked)).toMatchObject({ AllowOrigin: 'http://a.example' });
  },
  optionsObject: async ({ call }) => {
    const asked = { Bucket, Key: 'kept', Origin: 'http://b.example', AccessControlRequestMethods: ['GET'] };
    await call('optionsObject', asked, 403);
  },
  deleteBucketCors: async ({ call }) => {
    await call('deleteBucketCors', { Bucket }, 204);
    await call('getBucketCors', { Bucket }, 404);
  },
  createSignedUrlSync: async ({ client, server }) => {
    for (const [Method, body] of [
      ['PUT', 'presigned'],
      ['GET', ''],
      ['DELETE', ''],
    ] as const) {
      const { SignedUrl } = client.createV2SignedUrlSync({ Method, Bucket, Key: HOSTILE, Expires: 60 });
      const { host, pathname, search } = new URL(SignedUrl);
      const answer = await send(server.url, { method: Method, path: `${pathname}${search}`, headers: { host }, body });
      expect([answer.status, answer.body]).toEqual([
        Method === 'DELETE' ? 204 : 200,
        Method === 'GET' ? 'presigned' : '',
      ]);
    }
  },
  createV4SignedUrlSync: async ({ client, server }) => {
    const { SignedUrl, ActualSignedRequestHeaders } = client.createV4SignedUrlSync({
      Bucket,
      Key: 'kept',
      Expires: 60,
    });
    const { pathname, search } = new URL(SignedUrl);
    const answer = await send(server.url, { path: `${pathname}${search}`, headers: ActualSignedRequestHeaders });
    expect(answer).toMatchObject({ status: 200, body: 'kept' });
  },
  createPostSignatureSync: async (bench) => {
    const { Policy, Signature, Token } = bench.client.createPostSignatureSync({ Bucket, Key: 'form', Expires: 60 });
    const { signature, headerPrefix } = bench.client.util.signatureContext;
    const AccessKeyId = `${signature === 'obs' ? '' : 'AWS'}AccessKeyId`;
    for (const signed of [{ [AccessKeyId]: KEYS.accessKey, policy: Policy, signature: Signature }, { token: Token }])
      for (const [key, status] of [
        ['form', 204],
        ['other', 403],
      ] as const) {
        const form = new FormData();
        const fields = { key, ...signed, [`${headerPrefix}security-token`]: KEYS.securityToken };
        for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
        form.set('file', new Blob(['of a form']));
        const answer = await fetch(`${bench.server.url}/${Bucket}`, { method: 'POST', body: form });
        expect([key, answer.status]).toEqual([key, status]);
      }
    expect(await text(bench, 'form')).toBe('of a form');
  },
};

/** The other calls, by what the store does not have; each is refused and changes nothing. */
const UNCLAIMED: Readonly<Record<string, readonly string[]>> = {
  'ACLs: permissions of the local cloud are those of IAM': [
    'setBucketAcl',
    'getBucketAcl',
    'setObjectAcl',
    'getObjectAcl',
  ],
  'policies, of buckets or about public access': [
    ...[
      'setBucketPolicy',
      'getBucketPolicy',
      'deleteBucketPolicy',
      'getBucketPolicyPublicStatus',
      'getBucketPublicStatus',
    ],
    ...['putBucketPublicAccessBlock', 'getBucketPublicAccessBlock', 'deleteBucketPublicAccessBlock'],
  ],
  'versions of objects': ['setBucketVersioningConfiguration', 'listVersions'],
  'changes of an object in place': [
    ...['appendObject', 'modifyObject', 'truncateObject', 'renameObject', 'setObjectMetadata'],
  ],
  'notifications set by clients: triggers of the local FunctionGraph set them': [
    ...['setBucketNotification', 'getBucketNotification'],
  ],
  'lifecycle, replication, retention': [
    ...['setBucketLifecycleConfiguration', 'getBucketLifecycleConfiguration', 'deleteBucketLifecycleConfiguration'],
    ...['setBucketReplication', 'getBucketReplication', 'deleteBucketReplication'],
    ...['setObjectLockConfiguration', 'getObjectLockConfiguration', 'setObjectRetention'],
  ],
  tags: [
    ...['setBucketTagging', 'getBucketTagging', 'deleteBucketTagging'],
    ...['setObjectTagging', 'getObjectTagging', 'deleteObjectTagging'],
  ],
  'settings of buckets without an effect on sync tasks': [
    ...['setBucketQuota', 'getBucketQuota', 'getBucketStorageInfo', 'setBucketStoragePolicy', 'getBucketStoragePolicy'],
    ...['setBucketLoggingConfiguration', 'getBucketLoggingConfiguration'],
    ...['setBucketWebsiteConfiguration', 'getBucketWebsiteConfiguration', 'deleteBucketWebsiteConfiguration'],
    ...['setBucketEncryption', 'getBucketEncryption', 'deleteBucketEncryption'],
    ...['setBucketDirectColdAccess', 'getBucketDirectColdAccess', 'deleteBucketDirectColdAccess'],
    ...['setBucketRequesterPayment', 'getBucketRequesterPayment'],
    ...['setBucketCustomDomain', 'getBucketCustomDomain', 'deleteBucketCustomDomain'],
    ...['setBucketInventory', 'getBucketInventory', 'listBucketInventory', 'deleteBucketInventory'],
    ...['setBucketMirrorBackToSource', 'getBucketMirrorBackToSource', 'deleteBucketMirrorBackToSource'],
    ...['setBucketCompressPolicy', 'getBucketCompressPolicy', 'deleteBucketCompressPolicy'],
  ],
};

/** Parameters that every unclaimed call needs. */
const PARAMETERS = {
  ...{
    Bucket,
    Key: 'kept',
    Body: 'changed',
    Position: 0,
    Length: 1,
    Name: 'renamed',
    StorageQuota: 1,
    Status: 'Enabled',
  },
  ...{
    Policy: '{}',
    Rules: [{ ID: 'a', Status: 'Enabled', Prefix: 'a' }],
    Tags: [{ Key: 'a', Value: 'b' }],
    ACL: 'private',
  },
  ...{
    VersionStatus: 'Enabled',
    StorageClass: 'WARM',
    DomainName: 'a.example',
    InventoryId: 'a',
    Metadata: { a: '1' },
  },
  ...{ RedirectAllRequestsTo: { HostName: 'a.example' }, Payer: 'Requester' },
};

/** Members of the SDK's prototype that ask nothing of the service. */
const LOCAL = [
  ...['close', 'exec', 'factory', 'initLog', 'refresh', 'refreshShadowClient', 'enums'],
  // The ones that createSignedUrlSync and createPostSignatureSync choose from.
  ...['createV2SignedUrlSync', 'createV4PostSignatureSync'],
];

describe.each([
  { scheme: 'its own signature and virtual hosts', server: 'localhost', signature: 'obs' },
  { scheme: 'Signature V2 and path style', server: '127.0.0.1', signature: 'v2' },
])("Huawei's SDK for OBS with $scheme", ({ server: host, signature }) => {
  let bench: Bench;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'obs-esdk-'));
    const accounts = new Accounts([KEYS]);
    const server = await startObs({ dataDir: join(folder, 'store'), port: 0, region: REGION, accounts });
    const client = await esdkClient({
      ...{ access_key_id: KEYS.accessKey, secret_access_key: KEYS.secretKey, security_token: KEYS.securityToken },
      ...{ server: `http://${host}:${server.port}`, region: REGION, http_agent: agent },
    });
    expect(client.util.signatureContext.signature).toBe(signature);
    const call: Bench['call'] = async (name, parameters, status = 200) => {
      const { CommonMsg, InterfaceResult } = await esdkCall(client, name, parameters);
      expect({ Status: CommonMsg.Status }, `${name}: ${CommonMsg.Code} ${CommonMsg.Message}`).toEqual({
        Status: status,
      });
      if (status >= 400) expect(CommonMsg.Code).not.toBe('');
      return InterfaceResult;
    };
    bench = { client, server, folder, call };
    await call('createBucket', { Bucket });
    await call('putObject', { Bucket, Key: 'kept', Body: 'kept' });
  });
  afterAll(async () => {
    await bench.server.close();
    await rm(bench.folder, { recursive: true, force: true });
  });

  it('has no call that is not named here', () => {
    const named = [...Object.keys(CLAIMED), ...Object.values(UNCLAIMED).flat(), ...LOCAL];
    // Some calls have a second name without `Configuration`.
    const others = esdkCalls(bench.client).filter(
      (name) => !named.includes(name) && !named.includes(`${name}Configuration`),
    );
    expect(others).toEqual([]);
  });

  it.each(Object.entries(CLAIMED))('%s', (_name, check) => check(bench));

  describe.each(Object.entries(UNCLAIMED))('%s: not claimed', (_reason, names) => {
    it.each(names)('%s is refused and changes nothing', async (name) => {
      const { CommonMsg } = await esdkCall(bench.client, name, PARAMETERS);
      expect([CommonMsg.Status, CommonMsg.Code]).toEqual([501, 'NotImplemented']);
      expect(await text(bench, 'kept')).toBe('kept');
    });
  });
});
