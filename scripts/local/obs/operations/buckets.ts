import type { Call, Reply } from '../call.ts';
import { xmlReply } from '../call.ts';
import { S3Error } from '../errors.ts';
import { OWNER_ID } from '../notifications.ts';
import { element, parseXml, xmlDocument } from '../xml.ts';

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
  return { status: 200, headers: { 'x-amz-bucket-region': region, 'x-obs-bucket-location': region } };
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

/** Empty for us-east-1, as in S3. */
export async function getBucketLocation({ store, bucket, region }: Call): Promise<Reply> {
  store.bucket(bucket);
  const text = region === 'us-east-1' ? '' : region;
  return xmlReply(xmlDocument(`<LocationConstraint xmlns="${NAMESPACE}">${text}</LocationConstraint>`));
}

/** Buckets of the local cloud have no versions. */
export async function getBucketVersioning({ store, bucket }: Call): Promise<Reply> {
  store.bucket(bucket);
  return xmlReply(xmlDocument(`<VersioningConfiguration xmlns="${NAMESPACE}"/>`));
}
