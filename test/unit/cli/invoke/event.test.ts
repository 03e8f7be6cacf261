import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readEvent } from '../../../../scripts/cli/invoke/event.ts';

const read = (options: Readonly<Record<string, string>>) => readEvent({ values: options });

describe('the event of a call', () => {
  it('is that of --data, that of the file, or an empty one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'oms-sync-event-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'event.json');
    await writeFile(file, '{"Records":[]}');

    expect(await read({ data: '{"a":"☃"}' })).toEqual({ a: '☃' });
    expect(await read({ data: 'null' })).toBeNull();
    expect(await read({ file })).toEqual({ Records: [] });
    expect(await read({})).toEqual({});
  });

  it('is a mistake of the command line where it is none', async () => {
    for (const [options, message] of [
      [{ data: '{' }, 'The event of --data cannot be sent: Not JSON: unexpected end of the text.'],
      [{ data: '' }, 'The event of --data cannot be sent: Not JSON'],
      [{ data: '{"objects":["a"],"objects":["b"]}' }, 'objects is there more than once: remove all but one.'],
      [{ file: '/no/such/file' }, '/no/such/file cannot be read: ENOENT'],
      [{ data: '{}', file: 'x' }, '--data, --file and --method exclude each other'],
      [{ path: '/x' }, '--path needs --method'],
      [{ method: 'GET' }, '--method needs --path'],
    ] as const)
      await expect(read(options)).rejects.toThrow(
        expect.objectContaining({ name: 'UsageError', message: expect.stringContaining(message) }),
      );
  });

  it('is the request that a gateway makes of method, path and body', async () => {
    expect(await read({ method: 'post', path: '/sync-tasks/t/events?a=1&b=%2B&a=2', body: '{}' })).toMatchObject({
      httpMethod: 'POST',
      path: '/sync-tasks/t/events',
      queryStringParameters: { a: ['1', '2'], b: '+' },
      body: '{}',
      isBase64Encoded: false,
    });
  });
});
