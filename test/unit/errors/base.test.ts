import { describe, expect, it } from 'vitest';
import { AppError, DeadlineError } from '#shared/errors/base.ts';
import { MethodNotAllowedError, PayloadTooLargeError, RouteNotFoundError } from '#shared/errors/http.ts';

describe('AppError', () => {
  it('keeps status, code, cause, details and the time to wait', () => {
    const cause = new Error('cause');
    const details = [{ path: 'x', rule: 'required', message: 'is missing' }];

    const error = new AppError(429, 'Code', 'message', { cause, details, retryAfter: 3 });

    expect(error).toMatchObject({ status: 429, code: 'Code', message: 'message', cause, details, retryAfter: 3 });
  });

  it('has no cause where none is given', () => {
    expect('cause' in new AppError(400, 'Code', 'message')).toBe(false);
  });

  it('shows its message to clients below status 500 only', () => {
    expect(new AppError(400, 'Code', 'message').publicMessage).toBe('message');
    expect(new AppError(500, 'Code', 'message').publicMessage).not.toContain('message');
  });
});

describe('the errors of requests', () => {
  it.each([
    [new RouteNotFoundError(), 404, 'RouteNotFoundError'],
    [new MethodNotAllowedError(['GET', 'POST']), 405, 'MethodNotAllowedError'],
    [new PayloadTooLargeError('too long'), 413, 'PayloadTooLargeError'],
    [new DeadlineError(), 504, 'DeadlineError'],
  ])('%s have status and name', (error, status, name) => {
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ status, name });
  });

  it('tell a client that time was up, which it cannot learn otherwise', () => {
    expect(new DeadlineError().publicMessage).toBe(new DeadlineError().message);
  });
});
