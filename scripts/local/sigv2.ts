/**
 * AWS Signature Version 2 and the signature of OBS, which differ in their names only.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html,
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0010.html
 */
import { createHmac } from 'node:crypto';

export interface V2Scheme {
  readonly scheme: 'AWS' | 'OBS';
  readonly headerPrefix: 'x-amz-' | 'x-obs-';
  /** The query parameter with the access key in a presigned URL. */
  readonly keyParameter: 'AWSAccessKeyId' | 'AccessKeyId';
}

export const AWS_V2: V2Scheme = { scheme: 'AWS', headerPrefix: 'x-amz-', keyParameter: 'AWSAccessKeyId' };
export const OBS_V2: V2Scheme = { scheme: 'OBS', headerPrefix: 'x-obs-', keyParameter: 'AccessKeyId' };

/** Query parameters, in lower case, that name a part of a bucket or object other than itself: those of S3 and of OBS. */
export const SUBRESOURCES: ReadonlySet<string> = new Set([
  ...['accelerate', 'acl', 'analytics', 'append', 'backtosource', 'bucketstatus', 'cors', 'customdomain'],
  ...['defaultobjectacl', 'delete', 'deletebucket', 'directcoldaccess', 'encryption', 'inventory', 'lifecycle'],
  ...['location', 'logging', 'metadata', 'metrics', 'mirrorbacktosource', 'modify', 'notification', 'object-lock'],
  ...['obsalias', 'obsbucketalias', 'obscompresspolicy', 'obsworkflowtriggerpolicy', 'policy', 'policystatus'],
  ...['publicaccessblock', 'quota', 'rename', 'replication', 'requestpayment', 'restore', 'retention', 'select'],
  ...['storageclass', 'storageinfo', 'storagepolicy', 'tagging', 'torrent', 'truncate', 'uploads', 'versioning'],
  ...['versions', 'website', 'x-image-process', 'x-oss-process', 'x-workflow-template-name'],
]);

/** Parameters that are part of the signed resource as well, in lower case. */
const SIGNED_PARAMETERS: ReadonlySet<string> = new Set([
  ...SUBRESOURCES,
  ...['attname', 'length', 'name', 'partnumber', 'position', 'select-type', 'uploadid', 'versionid'],
  ...['response-cache-control', 'response-content-disposition', 'response-content-encoding'],
  ...['response-content-language', 'response-content-type', 'response-expires'],
  ...['x-image-save-bucket', 'x-image-save-object', 'x-workflow-execution-state', 'x-workflow-execution-type'],
  ...['x-workflow-graph-name', 'x-workflow-limit', 'x-workflow-next-marker', 'x-workflow-prefix', 'x-workflow-start'],
]);

export interface V2Request {
  readonly method: string;
  /** `/bucket/key`, encoded as on the request line, also where the bucket is part of the host name. */
  readonly resource: string;
  /** Decoded. */
  readonly query: readonly (readonly [string, string])[];
  /** Lower-case names, one character per byte; several values of one name joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expires?: string | undefined;
}

export function stringToSignV2(
  { method, resource, query, headers, expires }: V2Request,
  { headerPrefix }: V2Scheme,
): Buffer {
  const own = Object.keys(headers).filter((name) => name.startsWith(headerPrefix));
  // A date in a header of the scheme takes the place of Date.
  const date = expires ?? (own.includes(`${headerPrefix}date`) ? '' : (headers['date'] ?? ''));
  const lines = own.sort().map((name) => `${name}:${(headers[name] ?? '').trim()}\n`);
  const parameters = query
    .filter(([name]) => isSignedParameter(name, headerPrefix))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .sort();
  const parts = [method, headers['content-md5'] ?? '', headers['content-type'] ?? '', date, lines.join('')];
  const subresources = parameters.length === 0 ? '' : `?${parameters.join('&')}`;
  return Buffer.concat([
    Buffer.from(`${parts.join('\n')}${resource}`, 'latin1'),
    // Values of the query are signed decoded, in UTF-8.
    Buffer.from(subresources, 'utf8'),
  ]);
}

function isSignedParameter(name: string, headerPrefix: string): boolean {
  const lower = name.toLowerCase();
  return SIGNED_PARAMETERS.has(lower) || lower.startsWith(headerPrefix);
}

export function signatureV2(secretKey: string, text: string | Uint8Array): string {
  return createHmac('sha1', secretKey).update(text).digest('base64');
}
