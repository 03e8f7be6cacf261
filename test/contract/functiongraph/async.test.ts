import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { start, temporaryFolder } from './start.ts';

const async = { async: true };
const ACCEPTED = Date.now();
const FAIL_UNTIL = `let n = 0; exports.handler = async (event, context) => {
  n++; console.log('attempt ' + n + ' of ' + event.name); if (n < event.until) throw new Error('not yet') }`;

describe('asynchronous invocation', () => {
  it('is accepted at once and runs in the order of arrival', async () => {
    const { fg, deploy, logs } = await start({ asyncConcurrency: 1 });
    await deploy('exports.handler = async (event, context) => { console.log(event.n) }');

    const results = await Promise.all([1, 2, 3].map((n) => fg.invoke('f', { n }, async)));
    await fg.idle();

    expect(results).toEqual(results.map(() => ({ outcome: 'accepted', requestId: expect.any(String) })));
    expect(logs.map(({ text, requestId }) => [text, requestId])).toEqual(
      results.map(({ requestId }, index) => [String(index + 1), requestId]),
    );
    expect(fg.stats().async).toMatchObject({ waiting: 0, running: 0, accepted: 3, succeeded: 3, failed: 0 });
  });

  it('runs no more than its concurrency at a time', async () => {
    const { fg, deploy } = await start({ asyncConcurrency: 2 });
    await deploy('exports.handler = (event, context) => new Promise((resolve) => setTimeout(resolve, 30))');

    await Promise.all(Array.from({ length: 6 }, () => fg.invoke('f', {}, async)));
    expect(fg.stats().async.running).toBeLessThanOrEqual(2);
    await fg.idle();

    expect(fg.stats().functions['f']?.instances).toBe(2);
  });

  it.each([
    { maxRetries: 0, attempts: 1, failed: 1 },
    { maxRetries: 1, attempts: 2, failed: 1 },
    { maxRetries: 3, attempts: 3, failed: 0 },
  ])('is retried $maxRetries times', async ({ maxRetries, attempts, failed }) => {
    const delays: number[] = [];
    const { fg, deploy, logs } = await start({ retryDelay: (retry) => delays.push(retry) && 1 });
    await deploy(FAIL_UNTIL, { async: { maxRetries, maxEventAge: 60 } });

    const { requestId } = await fg.invoke('f', { name: 'a', until: 3 }, async);
    await fg.idle();

    expect(logs.filter(({ text }) => text.startsWith('attempt ')).map((line) => line.requestId)).toEqual(
      Array.from({ length: attempts }, () => requestId),
    );
    expect(delays).toEqual(Array.from({ length: attempts - 1 }, (_, index) => index + 1));
    expect(fg.stats().async).toMatchObject({ failed, succeeded: 1 - failed });
  });

  it('is retried after a timeout and after a crash', async () => {
    const { fg, deploy } = await start({ retryDelay: () => 1 });
    // The file system counts, because a process takes its memory with it.
    await deploy(
      `const fs = require('fs'); const file = process.env.RUNTIME_CODE_ROOT + '/count';
       exports.handler = (event, context) => {
         const n = fs.existsSync(file) ? Number(fs.readFileSync(file)) : 0; fs.writeFileSync(file, String(n + 1));
         if (n === 0) process.exit(1);
         if (n === 1) return new Promise(() => {});
         return Promise.resolve();
       }`,
      { timeout: 0.2, async: { maxRetries: 2, maxEventAge: 60 } },
    );

    await fg.invoke('f', {}, async);
    await fg.idle();

    expect(fg.stats().async).toMatchObject({ succeeded: 1, failed: 0, retried: 2 });
  });

  it('is given up when it has become too old, and says so', async () => {
    let now = 0;
    const { fg, deploy, logs } = await start({
      now: () => now,
      retryDelay: () => {
        now += 61_000;
        return 0;
      },
    });
    await deploy(FAIL_UNTIL, { async: { maxRetries: 3, maxEventAge: 60 } });

    await fg.invoke('f', { name: 'a', until: 9 }, async);
    await fg.idle();

    expect(logs.filter(({ text }) => text.startsWith('attempt '))).toHaveLength(1);
    expect(logs.at(-1)?.text).toContain('EventAgeExceeded after 1 attempts');
    expect(fg.stats().async).toMatchObject({ failed: 1 });
  });

  it('that fails in the end leaves a record for a destination', async () => {
    const records: unknown[] = [];
    const { fg, deploy } = await start({
      now: () => Date.UTC(2026, 0, 1),
      retryDelay: () => 0,
      onAsyncFailure: (key, record) => records.push([key, record]),
    });
    await deploy(FAIL_UNTIL, { async: { maxRetries: 1, maxEventAge: 60 } });

    const { requestId } = await fg.invoke('f', { name: 'a', until: 9 }, async);
    await fg.idle();

    expect(records).toEqual([
      [
        'f',
        {
          timestamp: '2026-01-01T08:00:00.000Z+08:00',
          request_context: {
            request_id: requestId,
            function_urn: 'urn:fss:cn-north-4:project:function:default:service-local-f:latest',
            condition: 'RetriesExhausted',
            approximate_invoke_count: 2,
          },
          request_payload: { name: 'a', until: 9 },
          response_context: { status_code: 200, function_error: '4002' },
          response_payload: expect.objectContaining({ errorType: 'Error' }),
        },
      ],
    ]);
  });

  it.each([undefined, 1])('goes on over deployments, with a concurrency of %s', async (concurrency) => {
    const { fg, deploy, logs } = await start({ asyncConcurrency: 2 });
    const changes = concurrency ? { concurrency } : {};
    const version = (name: string): string => `exports.handler = (n, context) => new Promise((resolve) => {
      console.log('${name} ' + n); setTimeout(resolve, 25) })`;
    await deploy(version('one'), changes);

    const pushed = Promise.all(Array.from({ length: 40 }, (_, n) => fg.invoke('f', n, async)));
    await vi.waitFor(() => expect(fg.stats().async.succeeded).toBeGreaterThan(2), 10_000);
    await deploy(version('two'), changes);
    await pushed;
    await fg.idle();

    const done = logs.map(({ text }) => text.split(' '));
    expect(done.map(([, n]) => Number(n)).sort((x, y) => x - y)).toEqual(Array.from({ length: 40 }, (_, n) => n));
    expect(new Set(done.map(([name]) => name))).toEqual(new Set(['one', 'two']));
    expect(fg.stats().async).toMatchObject({ succeeded: 40, failed: 0, waiting: 0 });
  });

  it('refuses an event of more than 256 KB', async () => {
    const { fg, deploy } = await start();
    await deploy('exports.handler = async (event, context) => {}');

    await expect(fg.invoke('f', 'x'.repeat(256 * 1024), async)).rejects.toMatchObject({ status: 413 });
    await expect(fg.invoke('f', 'x'.repeat(256 * 1024 - 2), async)).resolves.toMatchObject({ outcome: 'accepted' });
  });

  it('refuses an unknown function', async () => {
    const { fg } = await start();

    await expect(fg.invoke('nobody', {}, async)).rejects.toMatchObject({ status: 404, name: 'FunctionNotFoundError' });
  });
});

describe('what was accepted', () => {
  const NOTE = `exports.handler = (event, context) => new Promise((resolve) => {
    console.log('ran ' + event.n); if (event.n > 0) setTimeout(resolve, event.wait) })`;

  it('survives a stop', async () => {
    const dataDir = await temporaryFolder();
    const first = await start({ dataDir, asyncConcurrency: 1 });
    await first.deploy(NOTE);
    await Promise.all([1, 2, 3].map((n) => first.fg.invoke('f', { n, wait: 50 }, async)));
    await first.fg.close();
    expect(first.logs.map(({ text }) => text)).toEqual(['ran 1']);

    const second = await start({ dataDir, asyncConcurrency: 1 });
    await second.deploy(NOTE);
    await second.fg.idle();

    expect(second.logs.map(({ text }) => text)).toEqual(['ran 2', 'ran 3']);
  });

  it('survives a crash in the middle of writing', async () => {
    const dataDir = await temporaryFolder();
    const add = (n: number): string =>
      `${JSON.stringify({ add: { id: `id-${n}`, function: 'f', event: `{"n":${n}}`, accepted: ACCEPTED } })}\n`;
    await writeFile(join(dataDir, 'async.jsonl'), `${add(1)}${add(2)}{"done":"id-1"}\n${add(3).slice(0, 40)}`);

    const { fg, deploy, logs } = await start({ dataDir });
    await deploy(NOTE.replace('event.n > 0', 'true'));
    await fg.idle();

    expect(logs.map(({ text, requestId }) => [text, requestId])).toEqual([['ran 2', 'id-2']]);
    await fg.close();
    expect(await readFile(join(dataDir, 'async.jsonl'), 'utf8')).toBe(`${add(2)}{"done":"id-2"}\n`);
  });

  it('waits for its function without blocking idle()', async () => {
    const dataDir = await temporaryFolder();
    await writeFile(
      join(dataDir, 'async.jsonl'),
      `${JSON.stringify({ add: { id: 'a', function: 'gone', event: '{}', accepted: 0 } })}\n`,
    );

    const { fg } = await start({ dataDir });
    await fg.idle();

    expect(fg.stats().async.waiting).toBe(1);
  });
});
