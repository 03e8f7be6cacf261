import { describe, expect, it } from 'vitest';
import { decodeKey } from '#shared/encoding/decode.ts';
import { encodeOmsKey } from '#shared/encoding/encode.ts';
import { KeyEncodingError } from '#shared/encoding/errors.ts';
import { thrownBy } from './thrown-by.ts';
import { type KeyVector, VECTORS } from './vectors.ts';

/** Reports of keys that got lost on their way, in the form `owner/name/issues|pull/number`. */
const REAL_BUGS = [
  'aws/aws-sdk-net/issues/640',
  'aws/aws-sdk-js/issues/837',
  'minio/minio/issues/11665',
  'minio/minio/issues/7665',
  'minio/minio/issues/15200',
  'minio/minio-js/issues/725',
  'minio/minio-js/issues/1041',
  'aws-solutions-library-samples/guidance-for-medialake-on-aws/pull/21',
  'suitenumerique/meet/issues/1454',
  'suitenumerique/meet/pull/1455',
  'cloud-custodian/cloud-custodian/issues/1554',
  'cloud-custodian/cloud-custodian/pull/1443',
  'cloud-custodian/cloud-custodian/issues/1997',
  'cloud-custodian/cloud-custodian/pull/1998',
  'aws/aws-sdk-js-v3/issues/6556',
  'Azure-Samples/azure-event-grid-viewer/issues/9',
  'Azure/azure-sdk-for-net/issues/23634',
  'Azure/azure-sdk-for-java/issues/6284',
  'microsoft/AzureStorageExplorer/issues/6426',
  'floci-io/floci/issues/1589',
  'aws/aws-sdk-java/issues/703',
  'IBM/ibm-cos-sdk-java/issues/14',
  'minio/minio/issues/6706',
  'boto/boto/pull/2654',
  'airbnb/binaryalert/pull/54',
  'brexhq/substation/issues/95',
  'aws/aws-sam-cli/issues/379',
  'aws/aws-lambda-go/issues/82',
  'aws/aws-lambda-dotnet/issues/1182',
  'dougmoscrop/serverless-http/issues/204',
  'amazon-archives/serverless-image-resizing/pull/48',
  'danny-avila/LibreChat/pull/15426',
];

const accepted = VECTORS.filter((vector) => vector.key !== undefined);
const refused = VECTORS.filter((vector) => vector.error !== undefined);

describe('vectors.json', () => {
  it('names each vector once, and each either gives a key or an error', () => {
    expect(new Set(VECTORS.map((vector) => vector.name)).size).toBe(VECTORS.length);
    expect(accepted.length + refused.length).toBe(VECTORS.length);
    expect(VECTORS.filter((vector) => vector.key !== undefined && vector.error !== undefined)).toEqual([]);
    expect(VECTORS.length).toBeGreaterThanOrEqual(60);
  });

  it.each(REAL_BUGS)('holds the key of %s', (report) => {
    expect(VECTORS.some((vector) => vector.source.endsWith(report))).toBe(true);
  });
});

function decode(vector: KeyVector): string {
  return decodeKey(vector.encoding, vector.input);
}

describe('keys that are read', () => {
  it.each(accepted)('decodes ($encoding) $name', (vector) => {
    expect(decode(vector)).toBe(vector.key);
  });

  it.each(accepted)('encodes for OMS $name', (vector) => {
    expect(encodeOmsKey(vector.key ?? '')).toBe(vector.oms);
  });

  it.each(accepted)('reads what was encoded, form-style and RFC 3986-style: $name', (vector) => {
    expect(decodeKey('form', vector.oms ?? '')).toBe(vector.key);
    expect(decodeKey('rfc3986', vector.oms ?? '')).toBe(vector.key);
  });
});

describe('keys that are refused', () => {
  it.each(refused)('refuses ($encoding) $name: $error at $position', (vector) => {
    const error = thrownBy(() => decode(vector));

    expect(error).toBeInstanceOf(KeyEncodingError);
    expect(error).toMatchObject({ rule: vector.error, position: vector.position });
  });
});
