import { describe, expect, it } from 'vitest';
import {
  AccessDeniedError,
  NoSuchBucketError,
  ObjectStoreConnectionError,
  ObjectStoreTimeoutError,
  WrongRegionError,
} from '#shared/objectstore/errors.ts';
import { DiffError } from '#shared/reconcile/compare/errors.ts';
import { problemsOf } from '../../../../scripts/cli/reconcile/problems.ts';
import { omsError } from '../../../helpers/oms-error.ts';
import { countsOf } from '../../../helpers/reconcile.ts';
import { reportOf } from '../../../helpers/reconcile-report.ts';

const FIELDS = { operation: 'ListObjects', attempts: 1, retryable: false, bucket: 'b', storeStatus: 403 };

const reportWith = (...stopped: readonly { side: 'source' | 'destination'; fault: string }[]) =>
  reportOf(countsOf({}), { complete: false, stopped });

describe('what went wrong in a comparison', () => {
  it.each([
    [
      new NoSuchBucketError({ ...FIELDS, storeStatus: 404, storeCode: 'NoSuchBucket' }),
      /404 NoSuchBucket.* Is it --source,/,
    ],
    [new AccessDeniedError(FIELDS), /answered 403.* SRC_ACCESS_KEY and SRC_SECRET_KEY/],
    [new ObjectStoreConnectionError('ENOTFOUND', FIELDS), /ENOTFOUND.* Is it --source-region or --source-endpoint/],
    [new WrongRegionError('us-west-2', FIELDS), /in region us-west-2: .* set --source-region us-west-2\.$/],
    [new ObjectStoreTimeoutError(1000, FIELDS), /did not answer within 1000 ms\.$/],
  ])('names side, cause and what to look at: %s', (cause, message) => {
    const [problem, ...others] = problemsOf(
      { report: reportWith({ side: 'source', fault: 'failed' }) },
      { source: cause, destination: undefined },
    );
    expect(problem).toMatch(/^The listing of the source could not be read\. /);
    expect(problem).toMatch(message);
    expect(others).toEqual([]);
  });

  it('names the keys of the side that refused them', () => {
    const cause = new AccessDeniedError(FIELDS);
    const report = reportWith({ side: 'destination', fault: 'failed' });
    expect(problemsOf({ report }, { source: undefined, destination: cause })[0]).toContain('DST_ACCESS_KEY');
  });

  it('says it once, however many ranges it has stopped', () => {
    const report = reportWith({ side: 'source', fault: 'out_of_order' }, { side: 'source', fault: 'out_of_order' });
    expect(problemsOf({ report }, { source: undefined, destination: undefined })).toEqual([
      'The listing of the source is not in the order of the bytes of UTF-8.',
    ]);
  });

  it.each([
    [404, 'OMS.0054', / Is it --task, OMS_SYNC_REGION or OMS_SYNC_PROJECT_ID\?$/],
    [400, 'OMS.0066', / Start the sync task first\.$/],
    [401, 'APIGW.0301', / The keys are of HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK/],
    [403, 'OMS.0072', / They need oms:synctask:get and oms:synctask:createEvent\./],
    [503, 'OMS.1001', /[^?]$/],
  ])('says what to do about what OMS answered: %i %s', (status, code, message) => {
    const [problem = '', ...others] = problemsOf(
      { error: omsError(status, code) },
      { source: undefined, destination: undefined },
    );
    expect(problem).toMatch(/^log text/);
    expect(problem).toMatch(message);
    expect(problem).not.toMatch(/redrive|dead letter|undefined/);
    expect(others).toEqual([]);
  });

  it('tells what ended the run, in one line', () => {
    const error = new DiffError('source', 'failed', undefined, new Error('several\n  lines'));
    expect(problemsOf({ error }, { source: undefined, destination: undefined })).toEqual([
      'The listing of the source could not be read. several lines',
    ]);
    expect(problemsOf({}, { source: new Error('forgotten'), destination: undefined })).toEqual([]);
  });
});
