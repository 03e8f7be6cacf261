import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeadlineError } from '#shared/errors/base.ts';
import { Invocation } from '#shared/platform/invocation.ts';
import { failureLog } from '#shared/platform/invocation-log.ts';
import { stack } from '#shared/platform/stack.ts';
import { fakeContext } from '../../helpers/fake-context.ts';
import { captureLog, type LogLines } from '../../helpers/log-lines.ts';

let log: LogLines;

describe('stack', () => {
  beforeEach(() => {
    log = captureLog();
  });
  afterEach(() => log.restore());

  it('has two parameters and returns a Promise, whatever the handler does', () => {
    const handler = stack([], () => Promise.resolve('result'));

    expect(handler.length).toBe(2);
    expect(handler({}, fakeContext())).toBeInstanceOf(Promise);
  });

  it('runs before in order, after and onError in reverse', async () => {
    const seen: string[] = [];
    const tracing = (name: string) => ({
      before: () => void seen.push(`before ${name}`),
      after: () => void seen.push(`after ${name}`),
      onError: () => void seen.push(`error ${name}`),
    });

    await stack([tracing('a'), tracing('b')], async () => 'result')({}, fakeContext());
    await expect(
      stack([tracing('a'), tracing('b')], () => Promise.reject(new Error('x')))({}, fakeContext()),
    ).rejects.toThrow('x');

    expect(seen).toEqual([
      ...['before a', 'before b', 'after b', 'after a'],
      ...['before a', 'before b', 'error b', 'error a'],
    ]);
  });

  it('gives the handler the adapted context', async () => {
    const invocation = await stack([], async (_event, context) => context)({}, fakeContext({ requestId: 'r-9' }));

    expect(invocation).toBeInstanceOf(Invocation);
    expect((invocation as Invocation).requestId).toBe('r-9');
  });

  it('works with a context that has nothing', async () => {
    expect(await stack([], async () => 'result')({}, undefined)).toBe('result');
  });

  it('fails by itself shortly before the time is up', async () => {
    const order: unknown[] = [];
    const end = new Promise((resolve) => setTimeout(resolve, 130)).then(() => order.push('the time is up'));

    await stack([], () => new Promise(() => {}))({}, fakeContext({ remaining: 130 })).catch((e) => order.push(e));
    await end;

    // Timers fire in the order of their times, however late.
    expect(order).toEqual([expect.any(DeadlineError), 'the time is up']);
  });

  it('logs a failure with the request id and rethrows it', async () => {
    const failure = new Error('broken');

    await expect(stack([failureLog()], () => Promise.reject(failure))({}, fakeContext())).rejects.toBe(failure);

    expect(log.parsed()).toMatchObject([
      { level: 'error', message: 'invocation failed', request_id: 'request-1', error: { message: 'broken' } },
    ]);
  });
});
