import type { Operation } from './call.ts';
import { S3Error } from './errors.ts';
import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
} from './operations/buckets.ts';
import { copyObject } from './operations/copy-object.ts';
import { deleteBucketCors, getBucketCors, putBucketCors } from './operations/cors.ts';
import { deleteObjects } from './operations/delete-objects.ts';
import { listObjectsV1, listObjectsV2 } from './operations/list-objects.ts';
import { listMultipartUploads, listParts } from './operations/list-uploads.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
  uploadPartCopy,
} from './operations/multipart.ts';
import { deleteObject, getObject, headObject, putObject, restoreObject } from './operations/objects.ts';
import type { Target } from './request.ts';

/** Query parameters that name a part of a bucket or object other than itself. */
const SUBRESOURCES: readonly string[] = [
  ...['accelerate', 'acl', 'analytics', 'attributes', 'cors', 'delete', 'encryption', 'intelligent-tiering'],
  ...['inventory', 'legal-hold', 'lifecycle', 'location', 'logging', 'metrics', 'notification', 'object-lock'],
  ...['ownershipControls', 'policy', 'policyStatus', 'publicAccessBlock', 'quota', 'replication', 'requestPayment'],
  ...['restore', 'retention', 'select', 'storageClass', 'storageinfo', 'tagging', 'torrent', 'uploads'],
  ...['versioning', 'versions', 'website'],
];

const BUCKET_OPERATIONS: Readonly<Record<string, Operation>> = {
  'PUT ': createBucket,
  'HEAD ': headBucket,
  'DELETE ': deleteBucket,
  'GET location': getBucketLocation,
  'GET versioning': getBucketVersioning,
  'GET uploads': listMultipartUploads,
  'GET cors': getBucketCors,
  'PUT cors': putBucketCors,
  'DELETE cors': deleteBucketCors,
  'POST delete': deleteObjects,
};

const OBJECT_OPERATIONS: Readonly<Record<string, Operation>> = {
  'PUT ': putObject,
  'GET ': getObject,
  'HEAD ': headObject,
  'DELETE ': deleteObject,
  'PUT copy': copyObject,
  'POST restore': restoreObject,
  'POST uploads': createMultipartUpload,
  'PUT upload': uploadPart,
  'PUT uploadcopy': uploadPartCopy,
  'POST upload': completeMultipartUpload,
  'DELETE upload': abortMultipartUpload,
  'GET upload': listParts,
};

/**
 * The operation that a request asks for.
 *
 * @throws S3Error NotImplemented, MethodNotAllowed
 */
export function route(method: string, target: Target, headers: Readonly<Record<string, string>>): Operation {
  const { bucket, key, query } = target;
  const subresource = SUBRESOURCES.find((name) => query.has(name)) ?? '';
  let operation: Operation | undefined;
  if (bucket === undefined) operation = method === 'GET' && subresource === '' ? listBuckets : undefined;
  else if (key === undefined) {
    if (method === 'GET' && subresource === '') return query.get('list-type') === '2' ? listObjectsV2 : listObjectsV1;
    operation = BUCKET_OPERATIONS[`${method} ${subresource}`];
  } else {
    const copies = headers['x-amz-copy-source'] !== undefined;
    let kind = subresource;
    if (query.has('uploadId')) kind = copies ? 'uploadcopy' : 'upload';
    else if (copies && method === 'PUT' && subresource === '') kind = 'copy';
    operation = OBJECT_OPERATIONS[`${method} ${kind}`];
  }
  if (!operation) throw subresource === '' ? new S3Error('MethodNotAllowed') : new S3Error('NotImplemented');
  return operation;
}
