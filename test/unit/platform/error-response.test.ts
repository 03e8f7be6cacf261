import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/errors/base.ts';
import { MethodNotAllowedError } from '#shared/errors/http.ts';
import { toErrorReply } from '#shared/platform/error-response.ts';
import { ValidationError } from '#shared/validation/errors.ts';

describe('toErrorReply', () => {
  it('writes code, message, request id and details', () => {
    const details = [{ path: 'objects[3]', rule: 'empty', message: 'is empty' }];

    expect(toErrorReply(new ValidationError(details), 'r-1')).toEqual({
      status: 400,
      headers: {},
      body: { error_code: 'OmsSync.InvalidInput', error_msg: 'is empty', request_id: 'r-1', details },
    });
  });

  it('copies only path, rule and message of a detail', () => {
    const details = [{ path: 'x', rule: 'r', message: 'm', value: 'hidden' }];

    expect(JSON.stringify(toErrorReply(new AppError(400, 'C', 'm', { details }), 'r'))).not.toContain('hidden');
  });

  it.each([new Error('hidden'), new TypeError('hidden'), 'hidden', undefined, { message: 'hidden', status: 400 }])(
    'says nothing of an unexpected error',
    (error) => {
      const reply = toErrorReply(error, 'r-1');

      expect(reply.status).toBe(500);
      expect(reply.body).toMatchObject({ error_code: 'OmsSync.Internal', request_id: 'r-1' });
      expect(JSON.stringify(reply)).not.toContain('hidden');
    },
  );

  it('keeps message and details of a server error to itself', () => {
    const details = [{ path: 'OMS_REGION', rule: 'required', message: 'hidden' }];

    const reply = toErrorReply(new AppError(502, 'C', 'hidden', { details, cause: new Error('hidden') }), 'r');

    expect(JSON.stringify(reply)).not.toContain('hidden');
    expect(reply.body).not.toHaveProperty('details');
  });

  it.each([
    [429, undefined, '5'],
    [503, undefined, '5'],
    [503, 12, '12'],
    [503, 0.2, '1'],
    [503, 0, '1'],
    [502, 3, '3'],
    [502, undefined, undefined],
  ])('answers %i that asks for %o seconds with Retry-After %o', (status, retryAfter, header) => {
    const options = retryAfter === undefined ? {} : { retryAfter };

    expect(toErrorReply(new AppError(status, 'C', 'm', options), 'r').headers?.['retry-after']).toBe(header);
  });

  it('names the methods of a path', () => {
    expect(toErrorReply(new MethodNotAllowedError(['GET', 'DELETE']), 'r').headers).toEqual({ allow: 'GET, DELETE' });
  });

  it('writes an empty request id where the platform gives none', () => {
    expect(toErrorReply(new AppError(400, 'C', 'm'), undefined).body).toMatchObject({ request_id: '' });
  });
});
