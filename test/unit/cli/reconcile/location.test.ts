import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../../scripts/cli/errors.ts';
import { readLocation, writeLocation } from '../../../../scripts/cli/reconcile/location.ts';

describe('s3:// locations', () => {
  it.each([
    ['s3://bucket', 'bucket', ''],
    ['s3://bucket/', 'bucket', ''],
    ['s3://bucket/logs/', 'bucket', 'logs/'],
    ['s3://bucket//logs', 'bucket', '/logs'],
    ['s3://bucket/a/../b', 'bucket', 'a/../b'],
    ['s3://bucket/../..', 'bucket', '../..'],
    ['s3://bucket/a?b#c%2Fd+e f', 'bucket', 'a?b#c%2Fd+e f'],
    ['s3://bucket/a\nb', 'bucket', 'a\nb'],
    ['s3://bucket/s3://other/', 'bucket', 's3://other/'],
    ['s3://bucket/报告/☃😀', 'bucket', '报告/☃😀'],
    ['s3://my.bucket_Name-1', 'my.bucket_Name-1', ''],
    ['S3://bucket/X', 'bucket', 'X'],
    [`s3://bucket/${'x'.repeat(1024)}`, 'bucket', 'x'.repeat(1024)],
  ])('%j is taken as it stands', (text, bucket, prefix) => {
    expect(readLocation('source', text)).toEqual({ bucket, prefix });
  });

  it.each([
    ['', 'must be s3://bucket'],
    ['bucket/prefix', 'must be s3://bucket'],
    ['obs://bucket', 'must be s3://bucket'],
    ['s3:/bucket', 'must be s3://bucket'],
    [' s3://bucket', 'must be s3://bucket'],
    ['s3://', 'names no bucket'],
    ['s3:///prefix', 'names no bucket'],
    ['s3://ab', 'names no bucket'],
    ['s3://a b/c', 'names no bucket'],
    ['s3://bucket?x', 'names no bucket'],
    ['s3://user@bucket', 'names no bucket'],
    ['s3://-bucket', 'names no bucket'],
    [`s3://${'b'.repeat(64)}`, 'names no bucket'],
    [`s3://bucket/${'é'.repeat(513)}`, 'more than 1024 bytes'],
  ])('%j is refused by the name of the flag', (text, message) => {
    expect(() => readLocation('destination', text)).toThrow(UsageError);
    expect(() => readLocation('destination', text)).toThrow(message);
    expect(() => readLocation('destination', text)).toThrow('--destination ');
  });

  it.each(['s3://bucket', 's3://bucket/a//../b'])('%s is written as it was read', (text) => {
    expect(writeLocation(readLocation('source', text))).toBe(text);
  });
});
