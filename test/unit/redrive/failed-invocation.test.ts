import { describe, expect, it } from 'vitest';
import { isCallOfOtherFunction, readFailedInvocation } from '#shared/redrive/failed-invocation.ts';
import { destinationRecord } from '../../../scripts/local/functiongraph/async/destination.ts';

/**
 * The vendor's example:
 * https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0390_03.html
 */
const EXAMPLE = {
  timestamp: '2020-08-20T12:00:00.000Z+08:00',
  request_context: {
    request_id: '1167bf8c-87b0-43ab-8f5f-26b16c64f252',
    function_urn: 'urn:fss:xx-xxxx-x:xxxxxxx:function:xxxx:xxxx:latest',
    condition: '',
    approximate_invoke_count: 0,
  },
  request_payload: '',
  response_context: { status_code: 200, function_error: '' },
  response_payload: 'hello world!',
};

describe('a document of a failure destination', () => {
  it('is read as the vendor shows it, with a time that is local and says so twice', () => {
    expect(readFailedInvocation(EXAMPLE)).toEqual({
      event: '',
      time: Date.parse('2020-08-20T04:00:00Z'),
      requestId: '1167bf8c-87b0-43ab-8f5f-26b16c64f252',
      functionUrn: 'urn:fss:xx-xxxx-x:xxxxxxx:function:xxxx:xxxx:latest',
      cause: undefined,
      routing: undefined,
    });
  });

  it.each(['value', 'text'] as const)('is read as the local cloud writes it, payloads as %s', (payloads) => {
    const event = { Records: [{ eventName: 'ObjectCreated:Put' }] };
    const written = destinationRecord({
      requestId: 'request-1',
      urn: 'urn:fss:r:p:function:default:f',
      event: JSON.stringify(event),
      attempts: 4,
      failure: {
        condition: 'RetriesExhausted',
        status: 200,
        error: '400',
        payload: JSON.stringify({ errorType: 'SubmitFailedError', errorMessage: 'OMS did not accept 1 of 1 keys.' }),
      },
      time: 1_790_000_000_000,
      timeZone: 'Asia/Shanghai',
      payloads,
    });

    expect(readFailedInvocation(JSON.parse(JSON.stringify(written)))).toEqual({
      event,
      time: 1_790_000_000_000,
      requestId: 'request-1',
      functionUrn: 'urn:fss:r:p:function:default:f:latest',
      cause: 'RetriesExhausted: OMS did not accept 1 of 1 keys.',
      routing: { pairs: 1 },
    });
  });

  it('needs the context of the request and its event, and nothing else', () => {
    expect(readFailedInvocation({ request_context: {}, request_payload: { a: 1 } })).toEqual({
      event: { a: 1 },
      time: undefined,
      requestId: undefined,
      functionUrn: undefined,
      cause: undefined,
      routing: undefined,
    });
    for (const other of [
      { request_payload: {} },
      { request_context: {} },
      { ...EXAMPLE, request_context: 1 },
      [],
      null,
      'a',
    ])
      expect(readFailedInvocation(other)).toBeUndefined();
  });

  it.each([
    ['2026-10-01T12:00:00Z', Date.parse('2026-10-01T12:00:00Z')],
    ['2026-10-01T12:00:00-03:00', Date.parse('2026-10-01T15:00:00Z')],
    ['yesterday', undefined],
    [17, undefined],
  ])('may have the time %s', (timestamp, time) => {
    expect(readFailedInvocation({ ...EXAMPLE, timestamp })?.time).toBe(time);
  });

  const DIGEST = '0123456789abcdef';
  it.each([
    [
      `[pairs=13 routing=${DIGEST}] OMS did not accept 2 of 13 keys; a retry may succeed.`,
      { pairs: 13, digest: DIGEST },
    ],
    [`function invocation exception, error: [pairs=3 routing=${DIGEST}] 1 failure`, { pairs: 3, digest: DIGEST }],
    [`[pairs=0 routing=${DIGEST}] 1 failure that is final has no dead letter.`, { pairs: 0, digest: DIGEST }],
    [`[pairs=13 routing=${DIGEST}]`, { pairs: 13, digest: DIGEST }],
    [`[pairs=13 routing=${DIGEST}] 1 of 2 keys [pairs=7 routing=${DIGEST}]`, { pairs: 13, digest: DIGEST }],
    [`[pairs=13 routing=${DIGEST.slice(1)}`, undefined],
    ['[pairs=13 routing=none] 2 of 13 keys', undefined],
    ['[pairs=1e9 routing=0123456789abcdef] 2 of 13 keys', undefined],
    // Release 0.1.0 wrote these.
    ['error: OMS did not accept 2 of 13 keys; a retry may succeed.', { pairs: 13 }],
    ['1 failure that is final has no dead letter; OMS accepted 2 of 3 keys. Why.', { pairs: 3 }],
    ['OMS did not accept 0 of 0 keys.', undefined],
    ['1 failure that is final has no dead letter. Why.', undefined],
    ['in the words of another release', undefined],
    [undefined, undefined],
  ])('tells what the routes made of the event: %s', (errorMessage, routing) => {
    const read = (errorType: string) =>
      readFailedInvocation({ ...EXAMPLE, response_payload: { errorType, errorMessage } })?.routing;
    expect(read('SubmitFailedError')).toEqual(routing);
    expect(read('DeadLetterFailedError')).toEqual(routing);
    expect(read('ConfigurationError')).toBeUndefined();
  });

  it('keeps a cause bounded', () => {
    const long = { ...EXAMPLE, response_context: { function_error: 'x'.repeat(20_000) }, response_payload: null };
    expect(readFailedInvocation(long)?.cause).toHaveLength(10_000);
  });
});

describe('the event of another function', () => {
  it.each([
    [{ trigger_type: 'TIMER', user_event: '' }, true],
    [{ httpMethod: 'POST', path: '/redrive' }, true],
    [{ trigger_type: 'HTTP', options: {} }, true],
    [{ Records: [] }, false],
    [{ trigger_type: 'KAFKA' }, false],
    ['TIMER', false],
  ])('%j: %s', (event, expected) => {
    expect(isCallOfOtherFunction(event)).toBe(expected);
  });
});
