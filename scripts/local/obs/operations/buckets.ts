import type { Call, Reply } from '../call.ts';
import { xmlReply } from '../call.ts';
import { notImplemented, S3Error } from '../errors.ts';
import type { Store } from '../store.ts';
import { element, elements, parseXml, xmlDocument } from '../xml.ts';
import { OWNER, readToken, writeToken } from './list-objects.ts';

/** The version of the OBS API; S3 has none. */
const API_VERSION = '3.0';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !/\.\.|\.-|-\./.test(name) && !/^\d+\.\d+\.\d+\.\d+$/.test(name)
  );
}

/** A bucket may be asked for in any region: this one store plays them all. */
export async function createBucket({ store, bucket, headers, body, now }: Call): Promise<Reply> {
  if (!isBucketName(bucket)) throw new S3Error('InvalidBucketName', undefined, { BucketName: bucket });
  // The default class of the bucket's objects in OBS.
  if ((headers['x-amz-storage-class'] ?? 'STANDARD') !== 'STANDARD') throw notImplemented('x-amz-storage-class');
  const configuration = await body.text();
  if (configuration !== '') {
    const { name, children } = parseXml(configuration);
    if (name !== 'CreateBucketConfiguration') throw new S3Error('MalformedXML');
    // Tags, directory buckets, zones.
    const unknown = children.find(({ name }) => name !== 'LocationConstraint' && name !== 'Location');
    if (unknown) throw notImplemented(unknown.name);
  }
  await store.createBucket(bucket, now());
  return { status: 200, headers: { location: `/${bucket}` } };
}

export async function headBucket({ store, bucket, region }: Call): Promise<Reply> {
  store.bucket(bucket);
  const names = ['x-amz-bucket-region', 'x-amz-bucket-location', 'x-obs-bucket-location'];
  const location = Object.fromEntries(names.map((name) => [name, region]));
  return { status: 200, headers: { ...location, 'x-obs-version': API_VERSION } };
}

/** The SDKs of OBS ask for it, unsigned, to find out whether a service or bucket takes the signature of OBS. */
export function headApiVersion(store: Store, bucket: string): Reply {
  if (bucket !== '') store.bucket(bucket);
  return { status: 200, headers: { 'x-obs-api': API_VERSION } };
}

export async function deleteBucket({ store, bucket }: Call): Promise<Reply> {
  await store.deleteBucket(bucket);
  return { status: 204 };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/example_s3_ListBuckets_section.html */
const MAX_BUCKETS = 10_000;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
export async function listBuckets({ store, query, region }: Call): Promise<Reply> {
  const limit = query.number('max-buckets') ?? MAX_BUCKETS;
  if (limit < 1 || limit > MAX_BUCKETS)
    throw new S3Error('InvalidArgument', `Argument max-buckets must be an integer between 1 and ${MAX_BUCKETS}`, {
      ArgumentName: 'max-buckets',
      ArgumentValue: String(limit),
    });
  const prefix = query.get('prefix');
  const token = query.get('continuation-token');
  const after = token === undefined ? '' : readToken(token);
  const elsewhere = (query.get('bucket-region') ?? region) !== region;
  const found = store.buckets().filter(({ name }) => !elsewhere && name > after && name.startsWith(prefix ?? ''));
  const page = found.slice(0, limit);
  const buckets = page.map(
    ({ name, created }) =>
      `<Bucket>${elements({ Name: name, CreationDate: new Date(created).toISOString(), BucketRegion: region })}</Bucket>`,
  );
  const next = found.length > limit ? writeToken(page.at(-1)?.name ?? '') : undefined;
  return xmlReply(
    'ListAllMyBucketsResult',
    `<Owner>${OWNER}</Owner><Buckets>${buckets.join('')}</Buckets>${elements({ ContinuationToken: next, Prefix: prefix })}`,
  );
}

/** Empty for us-east-1 in S3. OBS has another name for the element. */
export async function getBucketLocation({ store, bucket, region, obs }: Call): Promise<Reply> {
  store.bucket(bucket);
  const reply = xmlReply('LocationConstraint', region === 'us-east-1' ? '' : region);
  return obs ? { ...reply, body: xmlDocument(element('Location', region)) } : reply;
}

/** Buckets of the local cloud have no versions. */
export async function getBucketVersioning({ store, bucket }: Call): Promise<Reply> {
  store.bucket(bucket);
  return xmlReply('VersioningConfiguration', '');
}
