import { mkdtemp, open as openFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { DestinationRecord } from '../../../../../scripts/local/functiongraph/async/destination.ts';
import type { AsyncQueueOptions, AsyncTarget } from '../../../../../scripts/local/functiongraph/async/options.ts';
import { AsyncQueue } from '../../../../../scripts/local/functiongraph/async/queue.ts';
import type { ExecutionResult } from '../../../../../scripts/local/functiongraph/types.ts';

const START = Date.UTC(2026, 0, 1);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

async function journalFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'queue-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'async.jsonl');
}

const fails = (requestId: string): ExecutionResult => ({
  requestId,
  duration: 0,
  cold: false,
  payload: 'no',
  outcome: 'error',
  code: 4002,
  error: { errorMessage: '', errorType: '', stackTrace: [] },
});

/** A queue whose function `f` always fails, with the times of its attempts in seconds since the start. */
async function open(journal: string, changes: Partial<AsyncQueueOptions & AsyncTarget> = {}) {
  const attempts: number[] = [];
  const tries: number[] = [];
  const records: DestinationRecord[] = [];
  const errors: Error[] = [];
  const seconds = (): number => (Date.now() - START) / 1000;
  const queue = await AsyncQueue.open({
    journal,
    concurrency: 1,
    now: Date.now,
    retryDelay: (retry) => 60_000 * retry,
    destinationAttempts: 3,
    destinationDelay: (attempt) => 10_000 * attempt,
    timeZone: 'Asia/Shanghai',
    onFailure: (_, record) => records.push(record),
    onDestinationError: () => tries.push(seconds()),
    onError: (error) => errors.push(error),
    ...changes,
  });
  const setTarget = (): void =>
    queue.setTarget('f', {
      urn: 'urn',
      maxRetries: 2,
      maxEventAge: 3600,
      execute: async (requestId) => {
        attempts.push(seconds());
        return fails(requestId);
      },
      ...changes,
    });
  setTarget();
  return { queue, attempts, tries, records, errors, setTarget };
}

/** Lets seconds pass, and what they set going come to its end, disk included. */
async function pass(queue: AsyncQueue, seconds: number): Promise<void> {
  for (let second = 0; second <= seconds; second++) {
    if (second > 0) await vi.advanceTimersByTimeAsync(1000);
    while (queue.stats().running > 0) await new Promise(setImmediate);
  }
}

describe('AsyncQueue', () => {
  it('waits before each retry as long as it is told', async () => {
    const { queue, attempts, records } = await open(await journalFile());
    await queue.push('f', '{}');
    await pass(queue, 200);

    expect(attempts).toEqual([0, 60, 180]);
    expect(records).toMatchObject([{ request_context: { approximate_invoke_count: 3 } }]);
    expect(queue.stats()).toMatchObject({ waiting: 0, running: 0, retried: 2, failed: 1 });
    await queue.close();
  });

  it('goes on after a stop where it was: attempts count, and the next one comes when it is due', async () => {
    const journal = await journalFile();
    const first = await open(journal);
    await first.queue.push('f', '{}');
    await pass(first.queue, 70);
    expect(first.attempts).toEqual([0, 60]);
    await first.queue.close();
    vi.setSystemTime(START + 100_000);

    const second = await open(journal);
    await pass(second.queue, 79);
    expect(second.attempts).toEqual([]);
    await pass(second.queue, 2);

    expect(second.attempts).toEqual([180]);
    expect(second.records).toMatchObject([{ request_context: { approximate_invoke_count: 3 } }]);
    await second.queue.close();
  });

  it('makes an attempt again that the stop broke off, and does not count it', async () => {
    const journal = await journalFile();
    let end: () => void = () => {};
    const broken = new Promise<void>((resolve) => {
      end = resolve;
    });
    const first = await open(journal, {
      execute: async (requestId) => {
        await broken;
        return fails(requestId);
      },
    });
    await first.queue.push('f', '{}');
    first.queue.stop();
    end();
    await first.queue.close();

    const second = await open(journal);
    await pass(second.queue, 200);
    expect(second.attempts).toHaveLength(3);
    expect(second.records).toHaveLength(1);
    await second.queue.close();
  });

  it('gives up at once when the next retry would come too late', async () => {
    const { queue, attempts, records } = await open(await journalFile(), { maxEventAge: 100 });
    await queue.push('f', '{}');
    await pass(queue, 70);

    expect(attempts).toEqual([0, 60]);
    expect(records).toMatchObject([
      {
        request_context: { condition: 'EventAgeExceeded', approximate_invoke_count: 2 },
        response_context: { status_code: 200, function_error: '4002' },
        response_payload: 'no',
      },
    ]);
    await queue.close();
  });

  it('gives up without an attempt what has waited too long for its turn', async () => {
    const journal = await journalFile();
    const first = await open(journal);
    first.queue.stop();
    await first.queue.close();
    const { queue } = await open(journal, { concurrency: 0 });
    await queue.push('f', '{"a":1}');
    await queue.close();
    vi.setSystemTime(START + 3_601_000);

    const late = await open(journal);
    await pass(late.queue, 1);

    expect(late.attempts).toEqual([]);
    expect(late.records).toEqual([
      {
        timestamp: '2026-01-01T08:00:00.000Z+08:00',
        request_context: {
          request_id: expect.any(String),
          function_urn: 'urn:latest',
          condition: 'EventAgeExceeded',
          approximate_invoke_count: 0,
        },
        request_payload: { a: 1 },
        response_context: { status_code: 0, function_error: '' },
        response_payload: null,
      },
    ]);
    await late.queue.close();
  });

  it('leaves a result of more than 256 KB out of the record, as the platform does', async () => {
    const { queue, records } = await open(await journalFile(), {
      maxRetries: 0,
      execute: async (requestId) => ({ ...fails(requestId), payload: '雪'.repeat(90_000) }),
    });
    await queue.push('f', '{}');
    await pass(queue, 1);

    expect(records[0]?.response_payload).toBe('');
    await queue.close();
  });

  it('waits between attempts at the destination, and counts them over a stop', async () => {
    const journal = await journalFile();
    const refuses = { maxRetries: 0, destination: () => Promise.reject(new Error('down')) };
    const first = await open(journal, refuses);
    await first.queue.push('f', '{}');
    await pass(first.queue, 12);
    expect(first.tries).toEqual([0, 10]);
    await first.queue.close();

    const second = await open(journal, refuses);
    await pass(second.queue, 17);
    expect(second.tries).toEqual([]);
    await pass(second.queue, 2);

    expect(second.tries).toEqual([30]);
    expect(second.attempts).toEqual([]);
    expect(second.records).toEqual([]);
    expect(second.queue.stats()).toMatchObject({ waiting: 0, failed: 0, destination_failed: 1 });
    await second.queue.close();
    const third = await open(journal, refuses);
    expect(third.queue.stats().waiting).toBe(0);
    await third.queue.close();
  });

  it('keeps what a destination was just taking when it was stopped', async () => {
    const journal = await journalFile();
    let begun: () => void = () => {};
    const taking = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const first = await open(journal, {
      maxRetries: 0,
      destination: (_record, _accepted, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
          begun();
        }),
    });
    await first.queue.push('f', '{}');
    await taking;
    expect(first.queue.stats()).toMatchObject({ running: 1, failed: 1 });
    await first.queue.close();

    const taken: number[] = [];
    const second = await open(journal, { destination: async (_record, accepted) => void taken.push(accepted) });
    await pass(second.queue, 1);
    expect(taken).toEqual([START]);
    expect(second.attempts).toEqual([]);
    expect(second.queue.stats()).toMatchObject({ waiting: 0, destination_stored: 1 });
    await second.queue.close();
  });

  it('counts as lost what waited for a destination that is no more', async () => {
    const journal = await journalFile();
    const first = await open(journal, { maxRetries: 0, destination: () => Promise.reject(new Error('down')) });
    await first.queue.push('f', '{}');
    await pass(first.queue, 1);
    await first.queue.close();

    const second = await open(journal);
    await pass(second.queue, 10);
    expect(second.attempts).toEqual([]);
    expect(second.tries).toHaveLength(1);
    expect(second.queue.stats()).toMatchObject({ waiting: 0, destination_failed: 1 });
    await second.queue.close();
  });

  it('counts nothing as lost for a function that never had a destination', async () => {
    const { queue, tries, records } = await open(await journalFile(), { maxRetries: 0 });
    await queue.push('f', '{}');
    await pass(queue, 1);

    expect([tries, records.length]).toEqual([[], 1]);
    expect(queue.stats()).toMatchObject({ waiting: 0, failed: 1, destination_failed: 0 });
    await queue.close();
  });

  it('does not forget an event whose progress cannot be written', async () => {
    const { queue, attempts, records, errors } = await open(await journalFile());
    const other = await openFile('/dev/null');
    await other.close();
    const prototype = Object.getPrototypeOf(other) as { write: (bytes: Buffer, ...rest: number[]) => Promise<unknown> };
    const { write } = prototype;
    let full = true;
    vi.spyOn(prototype, 'write').mockImplementation(function (this: unknown, bytes, ...rest) {
      return full && bytes.includes('"set"')
        ? Promise.reject(new Error('disk full'))
        : write.call(this, bytes, ...rest);
    });
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
    await queue.push('f', '{}').catch(() => {});
    await pass(queue, 1);
    full = false;
    await pass(queue, 300);

    expect(errors.map(({ message }) => message)).toContain('disk full');
    expect(attempts).toHaveLength(3);
    expect(records).toHaveLength(1);
    await queue.close();
  });

  it('waits longer than a timer can', async () => {
    const { queue, attempts } = await open(await journalFile(), {
      retryDelay: () => 2 ** 33,
      maxEventAge: 2 ** 31,
    });
    await queue.push('f', '{}');
    await pass(queue, 1);
    await vi.advanceTimersByTimeAsync(2 ** 32);
    await pass(queue, 1);

    expect(attempts).toEqual([0]);
    await queue.close();
  });
});
