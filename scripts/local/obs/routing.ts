import { SUBRESOURCES } from '../sigv2.ts';
import type { Operation } from './call.ts';
import { notImplemented, S3Error } from './errors.ts';
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
import type { Query, Target } from './request.ts';

/** Subresources in lower case, among them those of S3 that its Signature V2 does not know. */
const ALL_SUBRESOURCES: ReadonlySet<string> = new Set([
  ...SUBRESOURCES,
  ...[
    'apiversion',
    'attributes',
    'attname',
    'intelligent-tiering',
    'legal-hold',
    'metadataconfiguration',
    'metadatatable',
  ],
  ...['ownershipcontrols', 'renameobject', 'session'],
]);

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
 * @throws S3Error NotImplemented, MethodNotAllowed, InvalidArgument where it asks for two
 */
export function route(method: string, target: Target, headers: Readonly<Record<string, string>>): Operation {
  const { bucket, key, query } = target;
  const subresource = subresourceOf(query);
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
  if (!operation) throw subresource === '' ? new S3Error('MethodNotAllowed') : notImplemented(subresource);
  return operation;
}

/** A sub-resource that the store does not have must not be taken for the bucket or object itself. */
function subresourceOf(query: Query): string {
  const names = new Set(query.pairs.map(([name]) => name.toLowerCase()).filter((name) => ALL_SUBRESOURCES.has(name)));
  const [only = '', other] = names;
  if (other !== undefined)
    throw new S3Error('InvalidArgument', `Conflicting query string parameters: ${[...names].join(', ')}`, {
      ArgumentName: 'ResourceType',
    });
  return only;
}
