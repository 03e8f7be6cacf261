import { describe, expect, it } from 'vitest';
import { GATEWAY_LIMITS, type HttpRequest } from '#shared/platform/gateway-event.ts';
import { gatewayRequest } from '#shared/platform/gateway-request.ts';
import { Invocation } from '#shared/platform/invocation.ts';
import type { StackRequest } from '#shared/platform/stack.ts';
import { gatewayEvent } from '../../helpers/gateway-event.ts';

const ROUTES = [
  { method: 'POST', path: '/sync-tasks', body: true },
  { method: 'GET', path: '/sync-tasks/{sync_task_id}', body: false },
];

function read(event: unknown): HttpRequest {
  const request: StackRequest = { event, context: new Invocation({}), response: undefined, error: undefined };
  gatewayRequest(ROUTES).before?.(request);
  return request.event as HttpRequest;
}

function failureOf(event: unknown) {
  try {
    read(event);
  } catch (error) {
    return error;
  }
  throw new Error('the event was accepted');
}

describe('gatewayRequest', () => {
  it('reads a body that is base64, as the gateway sends it by default', () => {
    expect(read(gatewayEvent('POST', '/sync-tasks', { a: 'ü☃' })).body).toEqual({ a: 'ü☃' });
  });

  it.each([
    ['plain', { body: '{"a":1}', isBase64Encoded: false }, { a: 1 }],
    ['plain, without the mark', { body: '{"a":1}' }, { a: 1 }],
    ['after a byte order mark', { body: '\ufeff{"a":1}' }, { a: 1 }],
    ['empty and marked as base64', { body: '', isBase64Encoded: true }, undefined],
    ['absent', {}, undefined],
    ['null', { body: null, isBase64Encoded: true }, undefined],
    ['white space', { body: ' \n' }, undefined],
    ['base64 without padding', { body: 'eyJhIjoxfQ', isBase64Encoded: true }, { a: 1 }],
  ])('reads a body that is %s', (_name, members, expected) => {
    expect(read({ httpMethod: 'POST', path: '/sync-tasks', ...members }).body).toEqual(expected);
  });

  it.each([
    ['no base64', { body: '{"a":1}', isBase64Encoded: true }, 'base64'],
    ['base64 with a line break', { body: 'eyJh\nIjoxfQ==', isBase64Encoded: true }, 'base64'],
    ['no UTF-8', { body: '/w==', isBase64Encoded: true }, 'utf8'],
    ['no JSON', { body: '{"src_sk":"hidden"' }, 'json'],
    ['no text', { body: { a: 1 } }, 'type'],
  ])('refuses a body that is %s, without quoting it', (_name, members, rule) => {
    const error = failureOf({ httpMethod: 'POST', path: '/sync-tasks', ...members });

    expect(error).toMatchObject({ status: 400, details: [{ path: '', rule }] });
    expect(String((error as Error).message)).not.toContain('hidden');
  });

  it('names the position where a body stops being JSON', () => {
    const error = failureOf(gatewayEvent('POST', '/sync-tasks', '{"a": [1, 2,, 3]}'));

    expect(error).toMatchObject({ message: expect.stringContaining('12') });
  });

  it('takes a body of the limit and refuses one byte more', () => {
    const body = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`;

    expect(read(gatewayEvent('POST', '/sync-tasks', body(GATEWAY_LIMITS.requestBody))).body).toBeTypeOf('string');
    for (const base64 of [true, false])
      expect(
        failureOf(gatewayEvent('POST', '/sync-tasks', body(GATEWAY_LIMITS.requestBody + 1), { base64 })),
      ).toMatchObject({ status: 413 });
  });

  it('leaves the body of a route that reads none alone', () => {
    expect(read(gatewayEvent('GET', '/sync-tasks/a', '{')).body).toBeUndefined();
  });

  it('reads headers by lower-case name and query parameters as texts', () => {
    const { headers, query } = read({
      httpMethod: 'GET',
      path: '/sync-tasks/a',
      headers: { 'X-Request-ID': 'r', HOST: 'h' },
      queryStringParameters: { a: ['2'], b: 'x', c: 3, d: null },
    });

    expect(Object.fromEntries(headers)).toEqual({ 'x-request-id': 'r', host: 'h' });
    expect(Object.fromEntries(query)).toEqual({ a: '2', b: 'x', c: '3' });
  });

  it.each<[string, object]>([
    ['a list', { queryStringParameters: { stop: ['false', 'true'] } }],
    ['a list of the same value', { queryStringParameters: { stop: ['true', 'true'] } }],
    [
      'lists beside the last values',
      { queryStringParameters: { stop: 'true' }, multiValueQueryStringParameters: { stop: ['false', 'true'] } },
    ],
    ['lists alone', { multiValueQueryStringParameters: { stop: ['false', 'true'] } }],
    [
      'two shapes that differ',
      { queryStringParameters: { stop: 'true' }, multiValueQueryStringParameters: { stop: ['false'] } },
    ],
    ['the path', { path: '/sync-tasks/a?stop=false&stop=true' }],
    ['the path and a parameter', { path: '/sync-tasks/a?stop=false', queryStringParameters: { stop: 'true' } }],
  ])('refuses a query parameter that is there twice, in %s', (_name, event) => {
    expect(failureOf({ httpMethod: 'GET', path: '/sync-tasks/a', ...event })).toMatchObject({
      status: 400,
      details: [{ path: 'stop', rule: 'repeated', message: 'stop is there more than once: remove all but one.' }],
    });
  });

  it('refuses a query parameter that is no text', () => {
    const event = { httpMethod: 'GET', path: '/sync-tasks/a', queryStringParameters: { stop: { a: 'true' } } };
    expect(failureOf(event)).toMatchObject({ status: 400, details: [{ path: 'stop', rule: 'type' }] });
  });

  it('reads one value that is there in several shapes', () => {
    const event = {
      httpMethod: 'GET',
      path: '/sync-tasks/a?stop=true&b=%2B',
      queryStringParameters: { stop: 'true' },
      multiValueQueryStringParameters: { stop: ['true'], c: ['1'] },
    };
    expect(Object.fromEntries(read(event).query)).toEqual({ stop: 'true', c: '1', b: '+' });
  });

  it.each([undefined, null, {}])('tolerates %o as headers, query and path parameters', (nothing) => {
    const request = read({
      httpMethod: 'get',
      path: '/sync-tasks/a',
      headers: nothing,
      queryStringParameters: nothing,
      pathParameters: nothing,
      requestContext: nothing,
    });

    expect(request).toMatchObject({ method: 'GET', gatewayRequestId: undefined });
    expect(request.pathParameters.get('sync_task_id')).toBe('a');
  });

  it.each(['%', '%2', '%zz', '%ff', '%e4%bb', '%C0%80', '%ED%A0%80'])(
    'refuses the escape %s in the path under the name of the parameter',
    (malformed) => {
      expect(failureOf(gatewayEvent('GET', `/sync-tasks/a${malformed}`))).toMatchObject({
        status: 400,
        details: [{ path: 'sync_task_id', rule: 'malformed_percent' }],
      });
    },
  );

  it('answers 404 for a path of no route and 405 with the methods for one of another', () => {
    expect(failureOf(gatewayEvent('GET', '/x'))).toMatchObject({ status: 404 });
    expect(failureOf(gatewayEvent('DELETE', '/sync-tasks/a'))).toMatchObject({ status: 405, allow: ['GET'] });
    expect(failureOf(gatewayEvent('OPTIONS', '/sync-tasks'))).toMatchObject({ status: 405, allow: ['POST'] });
  });

  it.each([undefined, null, 'text', [], 7, { path: 7, httpMethod: {} }])('answers 404 for %o as an event', (event) => {
    expect(failureOf(event)).toMatchObject({ status: 404 });
  });
});
