import { SUBRESOURCES } from '../sigv2.ts';
import type { Call, Operation } from './call.ts';
import { notImplemented, S3Error } from './errors.ts';
import * as buckets from './operations/buckets.ts';
import { copyObject } from './operations/copy-object.ts';
import { deleteBucketCors, getBucketCors, putBucketCors } from './operations/cors.ts';
import { deleteObjects } from './operations/delete-objects.ts';
import { listObjectsV1, listObjectsV2 } from './operations/list-objects.ts';
import { listMultipartUploads, listParts } from './operations/list-uploads.ts';
import * as multipart from './operations/multipart.ts';
import { deleteObject, getObject, headObject, putObject, restoreObject } from './operations/objects.ts';
import type { Query, Target } from './request.ts';

/** Subresources in lower case, among them those of S3 that its Signature V2 does not know. */
const ALL_SUBRESOURCES: ReadonlySet<string> = new Set([
  ...SUBRESOURCES,
  ...['apiversion', 'attributes', 'attname', 'intelligent-tiering', 'legal-hold', 'metadataconfiguration'],
  ...['metadatatable', 'ownershipcontrols', 'renameobject', 'session'],
]);

/**
 * An operation, and the action that it needs. Copies need obs:object:GetObject for their source besides, and a batch of
 * deletions, which has no action here, is judged object by object; both by the operations themselves.
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0111.html (buckets),
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0112.html (objects)
 */
type Route = readonly [operation: Operation, action: string | undefined];

const LIST_BUCKETS: Route = [buckets.listBuckets, 'obs:bucket:ListAllMyBuckets'];

const BUCKET_ROUTES: Readonly<Record<string, Route>> = {
  'GET ': [listObjectsV1, 'obs:bucket:ListBucket'],
  'GET list-type=2': [listObjectsV2, 'obs:bucket:ListBucket'],
  'PUT ': [buckets.createBucket, 'obs:bucket:CreateBucket'],
  'HEAD ': [buckets.headBucket, 'obs:bucket:HeadBucket'],
  'DELETE ': [buckets.deleteBucket, 'obs:bucket:DeleteBucket'],
  'GET location': [buckets.getBucketLocation, 'obs:bucket:GetBucketLocation'],
  'GET versioning': [buckets.getBucketVersioning, 'obs:bucket:GetBucketVersioning'],
  'GET uploads': [listMultipartUploads, 'obs:bucket:ListBucketMultipartUploads'],
  'GET cors': [getBucketCors, 'obs:bucket:GetBucketCORS'],
  'PUT cors': [putBucketCors, 'obs:bucket:PutBucketCORS'],
  // https://support.huaweicloud.com/api-obs/obs_04_0076.html
  'DELETE cors': [deleteBucketCors, 'obs:bucket:PutBucketCORS'],
  'POST delete': [deleteObjects, undefined],
};

const OBJECT_ROUTES: Readonly<Record<string, Route>> = {
  'PUT ': [putObject, 'obs:object:PutObject'],
  'GET ': [getObject, 'obs:object:GetObject'],
  'HEAD ': [headObject, 'obs:object:GetObject'],
  'DELETE ': [deleteObject, 'obs:object:DeleteObject'],
  'PUT copy': [copyObject, 'obs:object:PutObject'],
  'POST restore': [restoreObject, 'obs:object:RestoreObject'],
  'POST uploads': [multipart.createMultipartUpload, 'obs:object:PutObject'],
  'PUT upload': [multipart.uploadPart, 'obs:object:PutObject'],
  'PUT uploadcopy': [multipart.uploadPartCopy, 'obs:object:PutObject'],
  'POST upload': [multipart.completeMultipartUpload, 'obs:object:PutObject'],
  'DELETE upload': [multipart.abortMultipartUpload, 'obs:object:AbortMultipartUpload'],
  'GET upload': [listParts, 'obs:object:ListMultipartUploadParts'],
};

/**
 * Runs the operation that a request asks for, where the caller may do it.
 * @throws S3Error NotImplemented, MethodNotAllowed, InvalidArgument where it asks for two; AccessDenied
 */
export function operationFor(method: string, target: Target, call: Call): Operation {
  const [operation, action] = route(method, target, call.headers);
  const { allows, bucket, key } = call;
  if (action !== undefined && !allows(action, bucket === '' ? '*' : bucket, key === '' ? undefined : key))
    throw new S3Error('AccessDenied');
  return operation;
}

function route(method: string, { bucket, key, query }: Target, headers: Readonly<Record<string, string>>): Route {
  const subresource = subresourceOf(query);
  let found: Route | undefined;
  if (bucket === undefined) found = method === 'GET' && subresource === '' ? LIST_BUCKETS : undefined;
  else if (key === undefined) {
    const version2 = method === 'GET' && subresource === '' && query.get('list-type') === '2';
    found = BUCKET_ROUTES[`${method} ${version2 ? 'list-type=2' : subresource}`];
  } else {
    const copies = headers['x-amz-copy-source'] !== undefined;
    let kind = subresource;
    if (query.has('uploadId')) kind = copies ? 'uploadcopy' : 'upload';
    else if (copies && method === 'PUT' && subresource === '') kind = 'copy';
    found = OBJECT_ROUTES[`${method} ${kind}`];
  }
  if (!found) throw subresource === '' ? new S3Error('MethodNotAllowed') : notImplemented(subresource);
  return found;
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
