import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStoreErrorFields } from '#shared/objectstore/errors.ts';
import { AccessDeniedError, ObjectStoreResponseError } from '#shared/objectstore/errors.ts';
import { keysLetter, record, seedLetter } from '../../helpers/redrive-documents.ts';
import { PREFIXES, RedriveWorld, STATE_BUCKET } from '../../helpers/redrive-world.ts';

const letter = (key: string) => keysLetter({ Records: [record(key)] });
const fields = (storeStatus: number): ObjectStoreErrorFields => ({
  operation: 'GetObject',
  storeStatus,
  attempts: 4,
  retryable: storeStatus >= 500,
});

let world: RedriveWorld;
beforeEach(() => {
  world = new RedriveWorld();
});

function refuse(which: string, error: Error): void {
  world.store.intercept = (call, work) => {
    if (call.operation === 'GetObject' && call.key?.includes(which)) throw error;
    work();
  };
}

describe('documents that the store does not hand over', () => {
  it('do not stand in the way of those behind them where they may not be read, however many they are', async () => {
    for (let index = 0; index < 250; index += 1)
      world.store.seed(STATE_BUCKET, `${PREFIXES.deadLetters}2020-01-01/${index}.json`, '{}');
    seedLetter(world, letter('a'));
    refuse('/2020-01-01/', new AccessDeniedError(fields(403)));

    const report = await world.redrive();

    expect(world.accepted).toEqual(['task-1/a']);
    expect(report).toMatchObject({
      remains: true,
      documents: { redriven: 1, left: 250 },
      causes: [{ code: 'OmsSync.ObjectStoreAccessDenied', count: 250 }],
    });
    const told = world.lines.filter(({ message }) => message === 'document not read');
    expect(told).toHaveLength(100);
    expect(world.lines).toContainEqual(
      expect.objectContaining({ message: 'more of the same', of: 'document not read', more: 150 }),
    );
  });

  it('are passed by where one that fills a window of its own always fails', async () => {
    world.store.seed(STATE_BUCKET, `${PREFIXES.deadLetters}2020-01-01/large.json`, 'x'.repeat(1024 * 1024));
    seedLetter(world, letter('a'));
    refuse('/2020-01-01/', new ObjectStoreResponseError(fields(500)));

    const report = await world.redrive();

    expect(world.accepted).toEqual(['task-1/a']);
    expect(report).toMatchObject({ remains: true, documents: { redriven: 1, left: 1 } });
  });

  it('end the run where the store fails for all that it was asked for', async () => {
    seedLetter(world, letter('a'));
    seedLetter(world, letter('b'));
    refuse('', new ObjectStoreResponseError(fields(500)));

    await expect(world.redrive()).rejects.toThrow(ObjectStoreResponseError);
  });
});

describe('a document that cannot be read', () => {
  it('and holds a credential stays as it is: without it, it would say something else', async () => {
    const name = `${PREFIXES.failedInvocations}cut.json`;
    const text = '{"request_payload": "key SECRET-OF-OURS';
    world.store.seed(STATE_BUCKET, name, text);

    const report = await world.redrive({ redact: (each) => each.replaceAll('SECRET-OF-OURS', '[redacted]') });

    expect(world.documents()).toEqual([name]);
    expect(world.store.text(STATE_BUCKET, name)).toBe(text);
    expect(report).toMatchObject({
      remains: true,
      documents: { left: 1, parked: 0 },
      causes: [{ code: 'OmsSync.CredentialInName', retryable: false }],
    });
    expect(JSON.stringify(world.lines)).not.toContain('SECRET-OF-OURS');
  });
});

describe('a failed invocation', () => {
  it('is no younger than its document, whatever its clock said', async () => {
    const written = {
      timestamp: '2099-01-01T00:00:00Z',
      request_context: {},
      request_payload: { Records: [record('a')] },
    };
    world.store.seed(STATE_BUCKET, `${PREFIXES.failedInvocations}one.json`, JSON.stringify(written));
    const until = world.clock.now() + 1;

    expect(await world.redrive({ filter: { until } })).toMatchObject({ documents: { redriven: 1, filtered: 0 } });
  });
});

describe('a run without time', () => {
  it('says that the timeout is too short, for nothing else would', async () => {
    seedLetter(world, letter('a'));

    const report = await world.redrive({ remaining: () => 2_900 });

    expect(report).toMatchObject({ remains: true, stopped: 'deadline', documents: { read: 0 } });
    expect(world.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'no time to redrive', needed_ms: 8_000 }),
    );
  });

  it('that had some does not', async () => {
    for (let index = 0; index < 201; index += 1) seedLetter(world, letter(`${index}`));
    let left = 10_000;
    world.beforeCall = async () => {
      left = 7_000;
    };

    expect(await world.redrive({ remaining: () => left })).toMatchObject({ stopped: 'deadline' });
    expect(world.lines.map(({ message }) => message)).not.toContain('no time to redrive');
  });
});
