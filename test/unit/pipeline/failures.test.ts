import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '#shared/config/read.ts';
import * as deadLetterErrors from '#shared/deadletters/errors.ts';
import { KeyEncodingError } from '#shared/encoding/errors.ts';
import { AppError, DeadlineError } from '#shared/errors/base.ts';
import { InvalidRecordError, UnrecognisedEventError } from '#shared/events/errors.ts';
import * as storeErrors from '#shared/objectstore/errors.ts';
import * as omsErrors from '#shared/oms/errors.ts';
import * as refusals from '#shared/oms/refusal.ts';
import { ANSWERS, classify, ERRORS, FAILURES, NETWORK_ERRORS } from '#shared/pipeline/failures.ts';
import { MissingCredentialsError } from '#shared/platform/credentials.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { omsError } from '../../helpers/oms-error.ts';

const problem = { path: 'sync_task_id', rule: 'rule', message: 'message' };
const oms = { attempts: 1, retryable: true };
const store = { operation: 'PutObject', attempts: 1, retryable: true };
const refused = { ...store, retryable: false };
const refusal = omsError(404);

/** Every error that a step of delivery can throw, and the failure that it is. */
const THROWN: readonly (readonly [error: Error, code: string])[] = [
  [new omsErrors.OmsConnectionError('ECONNRESET', oms), 'OmsSync.OmsUnreachable'],
  [new omsErrors.OmsConnectionError('UNKNOWN', oms), 'OmsSync.OmsUnreachable'],
  [new omsErrors.OmsConnectionError('ENOTFOUND', oms), 'OmsSync.NameNotResolved'],
  [new omsErrors.OmsConnectionError('EAI_AGAIN', oms), 'OmsSync.NameNotResolved'],
  [new omsErrors.OmsConnectionError('CERT_HAS_EXPIRED', refused), 'OmsSync.TlsRefused'],
  [new omsErrors.OmsConnectionError('UNABLE_TO_VERIFY_LEAF_SIGNATURE', refused), 'OmsSync.TlsRefused'],
  [new deadLetterErrors.CredentialInNameError(), 'OmsSync.CredentialInName'],
  [new deadLetterErrors.DeadLetterTooLargeError(2_000_000), 'OmsSync.ObjectStoreObjectTooLarge'],
  [new omsErrors.OmsTimeoutError(1, oms), 'OmsSync.OmsTimeout'],
  [new omsErrors.OmsDeadlineError(oms), 'OmsSync.DeadlineExceeded'],
  [new omsErrors.OmsMalformedResponseError('is empty', oms), 'OmsSync.OmsMalformedResponse'],
  [new omsErrors.OmsCredentialsError('The access key', oms), 'OmsSync.MissingCredentials'],
  [new omsErrors.AmbiguousCreateError(refusal), 'OmsSync.AmbiguousCreate'],
  [refusal, 'OmsSync.SyncTaskNotFound'],
  [new refusals.SyncTaskNotFoundError(refusal), 'OmsSync.SyncTaskNotFound'],
  [new refusals.SyncTaskStateError('message', refusal), 'OmsSync.SyncTaskStopped'],
  [new storeErrors.ObjectStoreResponseError({ ...store, storeStatus: 500 }), 'OmsSync.ObjectStoreUnavailable'],
  [new storeErrors.ObjectStoreResponseError({ ...store, storeStatus: 503 }), 'OmsSync.ObjectStoreUnavailable'],
  [new storeErrors.ObjectStoreResponseError({ ...refused, storeStatus: 400 }), 'OmsSync.ObjectStoreRefused'],
  [new storeErrors.ObjectNotFoundError(refused), 'OmsSync.ObjectStoreObjectNotFound'],
  [new storeErrors.NoSuchBucketError(refused), 'OmsSync.ObjectStoreNoSuchBucket'],
  [new storeErrors.AccessDeniedError(refused), 'OmsSync.ObjectStoreAccessDenied'],
  [new storeErrors.WrongRegionError('us-west-2', refused), 'OmsSync.ObjectStoreWrongRegion'],
  [new storeErrors.ClockSkewedError(60, refused), 'OmsSync.ObjectStoreClockSkewed'],
  [new storeErrors.ObjectTooLargeError(1, refused), 'OmsSync.ObjectStoreObjectTooLarge'],
  [new storeErrors.ObjectStoreConnectionError('ENOTFOUND', store), 'OmsSync.ObjectStoreUnavailable'],
  [new storeErrors.ObjectStoreTimeoutError(1, store), 'OmsSync.ObjectStoreUnavailable'],
  [new storeErrors.ObjectStoreDeadlineError(store), 'OmsSync.DeadlineExceeded'],
  [new storeErrors.ObjectStoreMalformedResponseError('is empty', store), 'OmsSync.ObjectStoreMalformedResponse'],
  [new storeErrors.MalformedListingError('is empty'), 'OmsSync.ObjectStoreMalformedResponse'],
  [new storeErrors.ObjectStoreCredentialsError('The access key', refused), 'OmsSync.ObjectStoreAccessDenied'],
  [new DeadlineError(), 'OmsSync.DeadlineExceeded'],
  [new MissingCredentialsError(), 'OmsSync.MissingCredentials'],
  [new ConfigurationError([problem]), 'OmsSync.Configuration'],
  [new ValidationError([problem]), 'OmsSync.InvalidSyncTaskId'],
  [new KeyEncodingError('empty', 0), 'OmsSync.InvalidObjectKey'],
  [new InvalidRecordError(problem), 'OmsSync.InvalidRecord'],
  [new UnrecognisedEventError(), 'OmsSync.UnrecognisedEvent'],
];

describe('classify', () => {
  it.each([
    [400, undefined, 'OmsSync.KeyRefused'],
    [400, 'OMS.0001', 'OmsSync.KeyRefused'],
    [400, 'OMS.0074', 'OmsSync.KeyRefused'],
    [400, 'OMS.9999', 'OmsSync.KeyRefused'],
    [400, 'Something else', 'OmsSync.KeyRefused'],
    [400, 'TRF.0060', 'OmsSync.KeyRefused'],
    [400, 'OMS.0089', 'OmsSync.SourceObjectMissing'],
    [413, undefined, 'OmsSync.RequestTooLarge'],
    [413, 'APIGW.0201', 'OmsSync.RequestTooLarge'],
    [400, 'OMS.0066', 'OmsSync.SyncTaskStopped'],
    [400, 'OMS.0054', 'OmsSync.SyncTaskNotFound'],
    [400, 'S3M.0054', 'OmsSync.SyncTaskNotFound'],
    [400, 'OMS.1009', 'OmsSync.SyncTaskNotFound'],
    [404, undefined, 'OmsSync.SyncTaskNotFound'],
    [404, 'OMS.0001', 'OmsSync.SyncTaskNotFound'],
    [400, 'OMS.1020', 'OmsSync.SyncTaskUnusable'],
    [400, 'OMS.0153', 'OmsSync.SyncTaskUnusable'],
    [400, 'TRF.0051', 'OmsSync.SyncTaskUnusable'],
    [400, 'OMS.0070', 'OmsSync.SyncTaskRefused'],
    [401, undefined, 'OmsSync.CredentialsRefused'],
    [401, 'APIGW.0301', 'OmsSync.CredentialsRefused'],
    [400, 'OMS.0068', 'OmsSync.CredentialsRefused'],
    [403, 'OMS.1005', 'OmsSync.CredentialsRefused'],
    [500, 'APIGW.0301', 'OmsSync.CredentialsRefused'],
    [403, undefined, 'OmsSync.PermissionDenied'],
    [400, 'OMS.0072', 'OmsSync.PermissionDenied'],
    [400, 'OMS.0053', 'OmsSync.PermissionDenied'],
    [400, 'OMS.0202', 'OmsSync.AccountRestricted'],
    [403, 'OMS.0201', 'OmsSync.AccountRestricted'],
    [400, 'OMS.1021', 'OmsSync.QuotaExceeded'],
    [403, 'OMS.0077', 'OmsSync.QuotaExceeded'],
    [404, 'APIGW.0101', 'OmsSync.OmsOperationUnknown'],
    [400, 'APIGW.0101', 'OmsSync.OmsOperationUnknown'],
    [400, 'OMS.1008', 'OmsSync.OmsOperationUnknown'],
    [429, undefined, 'OmsSync.OmsThrottled'],
    [403, 'APIGW.0308', 'OmsSync.OmsThrottled'],
    [400, 'OMS.1001', 'OmsSync.OmsInternalError'],
    [403, 'OMS.1001', 'OmsSync.OmsInternalError'],
    [400, 'S3M.1001', 'OmsSync.OmsInternalError'],
    [400, 'TRF.0001', 'OmsSync.OmsInternalError'],
    [500, 'OMS.0001', 'OmsSync.OmsUnavailable'],
    [502, undefined, 'OmsSync.OmsUnavailable'],
    [503, 'OMS.1001', 'OmsSync.OmsUnavailable'],
    [599, undefined, 'OmsSync.OmsUnavailable'],
    [302, undefined, 'OmsSync.OmsUnexpectedAnswer'],
    [409, 'OMS.0001', 'OmsSync.OmsUnexpectedAnswer'],
    [418, undefined, 'OmsSync.OmsUnexpectedAnswer'],
  ])('takes OMS %i %s for %s', (status, code, expected) => {
    expect(classify(omsError(status, code)).code).toBe(expected);
  });

  it.each(THROWN.map(([error, code]) => [error.name, code, error] as const))(
    'takes %s for %s',
    (_name, code, error) => {
      expect(classify(error).code).toBe(code);
    },
  );

  it('has a case above for every error of the client and of the store', () => {
    const classes = [omsErrors, refusals, storeErrors].flatMap((module) => Object.entries(module));
    const names = classes.flatMap(([name, value]) =>
      typeof value === 'function' && value.prototype instanceof AppError ? [name] : [],
    );
    const tried = new Set(THROWN.map(([error]) => error.name));

    // The two that nobody throws themselves.
    expect(names.filter((name) => !tried.has(name))).toEqual(['OmsError', 'ObjectStoreError']);
  });

  it('knows every code that is written anywhere below the client, the store, the events and the configuration', () => {
    const folders = ['oms', 'objectstore', 'events', 'encoding', 'http', 'config', 'validation'];
    const codes = folders.flatMap((folder) => {
      const url = new URL(`../../../shared/${folder}/`, import.meta.url);
      const files = readdirSync(url, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
      return files.flatMap((file) => [...readFileSync(new URL(file, url), 'utf8').matchAll(/'(OmsSync\.\w+)'/g)]);
    });
    // These are codes of answers, which are told apart by their status and the code of OMS.
    const answers = ['OmsSync.OmsFailed', 'OmsSync.OmsRefused', 'OmsSync.OmsRefusedCredentials'];

    const unknown = new Set(
      codes
        .map(([, code = '']) => code)
        .filter((code) => classify(new AppError(400, code, '')).code === 'OmsSync.Internal'),
    );
    expect([...unknown].filter((code) => !answers.includes(code))).toEqual([]);
  });

  it.each([
    ['ECONNREFUSED', 'OmsSync.OmsUnreachable'],
    ['ENOTFOUND', 'OmsSync.NameNotResolved'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'OmsSync.TlsRefused'],
    ['ENOENT', 'OmsSync.Internal'],
  ])('takes an error of Node.js with the code %s for %s', (code, expected) => {
    expect(classify(Object.assign(new Error('message'), { code })).code).toBe(expected);
  });

  it.each([
    new TypeError('defect'),
    new AppError(400, 'OmsSync.NobodyKnows', 'message'),
    new AppError(400, 'constructor', 'message'),
    new AppError(400, '__proto__', 'message'),
    'text',
    undefined,
    null,
    { code: 7 },
  ])('gives nothing up that it does not know: %o', (error) => {
    expect(classify(error)).toMatchObject({ code: 'OmsSync.Internal', scope: 'call', retryable: true });
  });

  it('never takes a code of account, permission, task or gateway for one of the content', () => {
    const elsewhere = ANSWERS.filter(({ failure }) => FAILURES[failure].scope !== 'content');

    for (const { codes = [] } of elsewhere)
      for (const code of codes)
        for (const status of [400, 401, 403])
          expect(classify(omsError(status, code.replace('*', '0999'))).scope, code).not.toBe('content');
  });
});

describe('the failures', () => {
  const all = Object.entries(FAILURES);

  it.each(all)('%s says what to do in a few sentences', (code, failure) => {
    expect(failure.code).toBe(code);
    expect(code).toMatch(/^OmsSync\.[A-Z]\w+$/);
    expect(failure.remedy).toMatch(/^[A-Z].{10,400}\.$/);
  });

  it('can all happen', () => {
    const mentioned = new Set<string>([
      ...ANSWERS.map(({ failure }) => failure),
      ...NETWORK_ERRORS.map(({ failure }) => failure),
      ...Object.values(ERRORS),
      ...THROWN.map(([, code]) => code),
      // Those that are no error.
      'OmsSync.BatchRefused',
      'OmsSync.NoRoute',
      'OmsSync.Internal',
    ]);

    expect(all.map(([code]) => code).filter((code) => !mentioned.has(code))).toEqual([
      'OmsSync.ObjectStoreUnsupported',
    ]);
  });

  it('are retried where the cause is not in the keys, the task’s id or a document', () => {
    const terminal = all.filter(([, { retryable }]) => !retryable).map(([code]) => code);

    expect(terminal).toEqual([
      'OmsSync.KeyRefused',
      'OmsSync.RequestTooLarge',
      'OmsSync.SourceObjectMissing',
      'OmsSync.InvalidObjectKey',
      'OmsSync.InvalidRecord',
      'OmsSync.UnrecognisedEvent',
      'OmsSync.NoRoute',
      'OmsSync.SyncTaskNotFound',
      'OmsSync.InvalidSyncTaskId',
      'OmsSync.AmbiguousCreate',
      'OmsSync.ObjectStoreObjectNotFound',
      'OmsSync.ObjectStoreObjectTooLarge',
      'OmsSync.CredentialInName',
    ]);
  });
});
