import { describe, expect, it } from 'vitest';
import { Logger } from '#shared/logging/logger.ts';
import { AcceptedTrace, type LogKeys } from '#shared/pipeline/accepted-trace.ts';

function traced(keys: readonly string[], logKeys?: LogKeys) {
  const lines: string[] = [];
  const log = new Logger({ level: 'info', write: (_level, text) => lines.push(text) });
  const trace = new AcceptedTrace(logKeys);
  for (const key of keys) trace.add({ syncTaskId: 'task-1', bucket: 'photos', key, requestId: 'oms-1' });
  trace.write(log);
  return { lines, fields: lines.map((line) => JSON.parse(line)) };
}

describe('AcceptedTrace', () => {
  it('names the objects of each call, with its task and the request id of OMS', () => {
    const lines: Record<string, unknown>[] = [];
    const trace = new AcceptedTrace();
    trace.add({ syncTaskId: 'task-1', bucket: 'photos', key: 'a', requestId: 'oms-1' });
    trace.add({ syncTaskId: 'task-1', bucket: 'photos', key: 'b', requestId: 'oms-1' });
    trace.add({ syncTaskId: 'task-2', bucket: 'photos', key: 'b' });
    trace.write({ info: (message, fields) => lines.push({ message, ...fields }) });

    expect(lines).toEqual([
      {
        message: 'accepted',
        count: 3,
        accepted_keys: [
          { sync_task_id: 'task-1', oms_request_id: 'oms-1', bucket: 'photos', keys: ['a', 'b'] },
          { sync_task_id: 'task-2', bucket: 'photos', keys: ['b'] },
        ],
      },
    ]);
  });

  it('writes nothing where nothing was accepted', () => {
    expect(traced([]).lines).toEqual([]);
  });

  it('names 20 objects at most, and counts the rest', () => {
    const { fields } = traced(Array.from({ length: 1000 }, (_, index) => `key-${index}`));

    expect(fields).toMatchObject([{ count: 1000, more: 980 }]);
    expect(fields[0].accepted_keys[0].keys).toHaveLength(20);
  });

  it('holds 4 KB of names at most, whatever they are made of', () => {
    const { lines, fields } = traced(Array.from({ length: 20 }, () => '报'.repeat(341)));

    expect(fields).toMatchObject([{ count: 20, more: 16 }]);
    expect(Buffer.byteLength(lines[0] ?? '')).toBeLessThan(5_000);
  });

  it('names 20 calls at most', () => {
    const lines: Record<string, unknown>[] = [];
    const trace = new AcceptedTrace();
    for (let call = 0; call < 100; call++) trace.add({ syncTaskId: 'task-1', key: 'a', requestId: `oms-${call}` });
    trace.write({ info: (_message, fields) => lines.push({ ...fields }) });

    expect(lines).toMatchObject([{ count: 100, more: 80 }]);
    expect(lines[0]?.['accepted_keys']).toHaveLength(20);
  });

  it('leaves names out where the variable says so', () => {
    const { lines } = traced(['secret-plans.txt'], 'none');

    expect(lines[0]).not.toContain('secret-plans');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ count: 1, accepted_keys: [{ sync_task_id: 'task-1' }] });
  });

  it('costs a name and three bytes for each further object', () => {
    const bytes = (keys: readonly string[]) => Buffer.byteLength(traced(keys).lines[0] ?? '');
    const [one, ten] = [bytes(['k0']), bytes(Array.from({ length: 10 }, (_, index) => `k${index}`))];

    // "count":10 has a digit more.
    expect(ten - one).toBe(9 * ('k0'.length + 3) + 1);
    expect(one).toBeLessThan(200);
  });
});
