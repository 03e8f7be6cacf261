import type { Accounts } from '../accounts.ts';
import type { Allows, Call, Operation } from './call.ts';
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

export function allowsOf(accounts: Accounts, accessKey: string, region: string): Allows {
  const permissions = accounts.permissionsOf(accessKey);
  if (permissions === undefined) return () => true;
  return (action, bucket, key) =>
    permissions.allows(
      action,
      // Buckets are of no region as far as IAM is concerned; a policy has `*` there.
      key === undefined ? `obs:${region}:local:bucket:${bucket}` : `obs:${region}:local:object:${bucket}/${key}`,
    );
}

/**
 * The action that an operation needs. Copies need obs:object:GetObject for their source besides, and a batch of
 * deletions is judged object by object; both by the operations themselves.
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0111.html (buckets),
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0112.html (objects)
 */
const ACTIONS = new Map<Operation, string>([
  [listBuckets, 'obs:bucket:ListAllMyBuckets'],
  [createBucket, 'obs:bucket:CreateBucket'],
  [headBucket, 'obs:bucket:HeadBucket'],
  [deleteBucket, 'obs:bucket:DeleteBucket'],
  [getBucketLocation, 'obs:bucket:GetBucketLocation'],
  [getBucketVersioning, 'obs:bucket:GetBucketVersioning'],
  [listObjectsV1, 'obs:bucket:ListBucket'],
  [listObjectsV2, 'obs:bucket:ListBucket'],
  [listMultipartUploads, 'obs:bucket:ListBucketMultipartUploads'],
  [getBucketCors, 'obs:bucket:GetBucketCORS'],
  [putBucketCors, 'obs:bucket:PutBucketCORS'],
  // https://support.huaweicloud.com/api-obs/obs_04_0076.html
  [deleteBucketCors, 'obs:bucket:PutBucketCORS'],
  [putObject, 'obs:object:PutObject'],
  [copyObject, 'obs:object:PutObject'],
  [createMultipartUpload, 'obs:object:PutObject'],
  [uploadPart, 'obs:object:PutObject'],
  [uploadPartCopy, 'obs:object:PutObject'],
  [completeMultipartUpload, 'obs:object:PutObject'],
  [abortMultipartUpload, 'obs:object:AbortMultipartUpload'],
  [listParts, 'obs:object:ListMultipartUploadParts'],
  [getObject, 'obs:object:GetObject'],
  [headObject, 'obs:object:GetObject'],
  [deleteObject, 'obs:object:DeleteObject'],
  [restoreObject, 'obs:object:RestoreObject'],
]);

export function authorize(operation: Operation, { allows, bucket, key }: Call): void {
  if (operation === deleteObjects) return;
  // Operations that are not listed above need a permission for everything.
  const action = ACTIONS.get(operation) ?? 'obs:unknown:operation';
  if (!allows(action, bucket === '' ? '*' : bucket, key === '' ? undefined : key)) throw new S3Error('AccessDenied');
}
