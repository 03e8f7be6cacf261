import type { Call, Reply } from '../call.ts';
import { xmlReply } from '../call.ts';
import { S3Error } from '../errors.ts';
import { OWNER_ID } from '../notifications.ts';
import type { Store } from '../store.ts';
import { element, parseXml, xmlDocument } from '../xml.ts';

/** Of OBS, beside which S3 has none. */
const API_VERSION = '3.0';
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !/\.\.|\.-|-\./.test(name) && !/^\d+\.\d+\.\d+\.\d+$/.test(name)
  );
}

export async function createBucket({ store, bucket, body, now }: Call): Promise<Reply> {
  if (!isBucketName(bucket)) throw new S3Error('InvalidBucketName', undefined, { BucketName: bucket });
  const configuration = await body.text();
  if (configuration !== '' && parseXml(configuration).name !== 'CreateBucketConfiguration')
    throw new S3Error('MalformedXML');
  await store.createBucket(bucket, now());
  return { status: 200, headers: { location: `/${bucket}` } };
}

export async function headBucket({ store, bucket, region }: Call): Promise<Reply> {
  store.bucket(bucket);
  const names = ['x-amz-bucket-region', 'x-amz-bucket-location', 'x-obs-bucket-location'];
  const location = Object.fromEntries(names.map((name) => [name, region]));
  return { status: 200, headers: { ...location, 'x-obs-version': API_VERSION } };
}

/**
 * The SDKs of OBS ask for it, unsigned, to find out whether a service or bucket takes the signature of OBS.
 *
 * @param bucket empty for the service
 */
export function headApiVersion(store: Store, bucket: string): Reply {
  if (bucket !== '') store.bucket(bucket);
  return { status: 200, headers: { 'x-obs-api': API_VERSION } };
}

export async function deleteBucket({ store, bucket }: Call): Promise<Reply> {
  await store.deleteBucket(bucket);
  return { status: 204 };
}

export async function listBuckets({ store }: Call): Promise<Reply> {
  const buckets = store
    .buckets()
    .map(
      ({ name, created }) =>
        `<Bucket>${element('Name', name)}${element('CreationDate', new Date(created).toISOString())}</Bucket>`,
    );
  const owner = `<Owner>${element('ID', OWNER_ID)}${element('DisplayName', 'local')}</Owner>`;
  return xmlReply(
    xmlDocument(
      `<ListAllMyBucketsResult xmlns="${NAMESPACE}">${owner}<Buckets>${buckets.join('')}</Buckets></ListAllMyBucketsResult>`,
    ),
  );
}

/** Empty for us-east-1 in S3. OBS has another name for the element. */
export async function getBucketLocation({ store, bucket, region, obs }: Call): Promise<Reply> {
  store.bucket(bucket);
  if (obs) return xmlReply(xmlDocument(element('Location', region)));
  const text = region === 'us-east-1' ? '' : region;
  return xmlReply(xmlDocument(`<LocationConstraint xmlns="${NAMESPACE}">${text}</LocationConstraint>`));
}

/** Buckets of the local cloud have no versions. */
export async function getBucketVersioning({ store, bucket }: Call): Promise<Reply> {
  store.bucket(bucket);
  return xmlReply(xmlDocument(`<VersioningConfiguration xmlns="${NAMESPACE}"/>`));
}
