import { beforeEach, describe, expect, it } from 'vitest';
import { AccessDeniedError } from '#shared/objectstore/errors.ts';
import { REDRIVE_LIMITS } from '#shared/redrive/limits.ts';
import { FORM } from '../../helpers/key-encodings.ts';
import { omsError } from '../../helpers/oms-error.ts';
import { eventLetter, keysLetter, record, seedFailed, seedLetter } from '../../helpers/redrive-documents.ts';
import { NOW, PREFIXES, RedriveWorld, STATE_BUCKET } from '../../helpers/redrive-world.ts';

const MINUTE = 60_000;
let world: RedriveWorld;
beforeEach(() => {
  world = new RedriveWorld();
});
const batch = (...keys: string[]) => ({ Records: keys.map((key) => record(key)) });

describe('a dead letter of refused keys', () => {
  it('is deleted when all its keys are accepted', async () => {
    seedLetter(world, keysLetter(batch('a b', 'c')));

    const report = await world.redrive();

    expect(world.accepted).toEqual(['task-1/a b', 'task-1/c']);
    expect(world.documents()).toEqual([]);
    expect(report).toMatchObject({
      remains: false,
      documents: { read: 1, taken: 1, redriven: 1, rewritten: 0, parked: 0, left: 0 },
      keys: { submitted: 2, accepted: 2, refused: 0, left: 0 },
      calls: 1,
      causes: [],
    });
    expect(report).not.toHaveProperty('stopped');
  });

  it('keeps only the keys that are refused again, with one attempt more', async () => {
    const old = keysLetter(batch('a', 'bad', 'c'), { attempts: 2 });
    const name = seedLetter(world, old);
    world.reactions.set('bad', 'refuse');

    const report = await world.redrive();

    expect(world.accepted).toEqual(['task-1/a', 'task-1/c']);
    const [left = ''] = world.documents();
    expect(world.documents()).toHaveLength(1);
    expect(left).not.toBe(name);
    expect(world.read(left)).toMatchObject({
      kind: 'keys',
      attempts: 3,
      created: old.created,
      last_failed: new Date(NOW).toISOString(),
      code: 'OmsSync.KeyRefused',
      function: old.function,
      request_id: old.request_id,
      sync_task_id: 'task-1',
      keys: [{ bucket: 'source', key: 'bad', path: 'Records[0]' }],
      event: { Records: [record('bad')] },
    });
    expect(report).toMatchObject({
      remains: true,
      documents: { rewritten: 1, redriven: 0 },
      keys: { submitted: 3, accepted: 2, refused: 1, left: 0 },
      causes: [{ code: 'OmsSync.KeyRefused', retryable: false, count: 1 }],
    });
  });

  it('is written over itself when every key is refused for the same reason', async () => {
    const name = seedLetter(world, keysLetter(batch('bad')));
    world.reactions.set('bad', 'refuse');

    await world.redrive();

    expect(world.documents()).toEqual([name]);
    expect(world.read(name)).toMatchObject({ attempts: 2 });
    expect(world.store.calls.map(({ operation }) => operation)).not.toContain('DeleteObject');
  });

  it('is left as it is in an outage, which uses up no attempt', async () => {
    const name = seedLetter(world, keysLetter(batch('a', 'b')));
    const before = world.store.text(STATE_BUCKET, name);
    world.outage = omsError(503);

    const report = await world.redrive();

    expect(world.store.text(STATE_BUCKET, name)).toBe(before);
    expect(report).toMatchObject({
      remains: true,
      stopped: 'oms_unavailable',
      documents: { left: 1 },
      keys: { submitted: 2, accepted: 0, refused: 0, left: 2 },
      causes: [{ code: 'OmsSync.OmsUnavailable', retryable: true, count: 2 }],
    });
  });

  it('keeps what may be accepted later, with no attempt more and no wait, when some keys are accepted', async () => {
    const old = keysLetter(batch('a', 'later'), { attempts: 4 });
    seedLetter(world, old);
    world.reactions.set('later', 'fail');

    const report = await world.redrive({ maxKeysPerCall: 1, concurrency: 1 });

    expect(world.accepted).toEqual(['task-1/a']);
    expect(world.documents().map((name) => world.read(name))).toEqual([
      expect.objectContaining({
        attempts: 4,
        created: old.created,
        last_failed: old.last_failed,
        keys: [expect.objectContaining({ key: 'later' })],
      }),
    ]);
    expect(report).toMatchObject({
      remains: true,
      documents: { left: 0, rewritten: 1 },
      keys: { accepted: 1, left: 1 },
    });
  });

  it('is split when some of its keys are refused and others fail for the moment', async () => {
    const old = keysLetter(batch('a', 'bad', 'later'), { attempts: 4 });
    seedLetter(world, old);
    world.reactions.set('bad', 'refuse').set('later', 'fail');

    await world.redrive({ maxKeysPerCall: 1, concurrency: 1 });

    const letters = world.documents().map((name) => world.read(name));
    expect(world.accepted).toEqual(['task-1/a']);
    expect(letters).toHaveLength(2);
    expect(letters).toContainEqual(
      expect.objectContaining({
        attempts: 5,
        code: 'OmsSync.KeyRefused',
        keys: [expect.objectContaining({ key: 'bad' })],
      }),
    );
    expect(letters).toContainEqual(
      expect.objectContaining({ attempts: 4, keys: [expect.objectContaining({ key: 'later' })] }),
    );
  });

  it('is parked with its last attempt, and only then', async () => {
    const second = seedLetter(world, keysLetter(batch('second'), { attempts: 1 }));
    const third = seedLetter(world, keysLetter(batch('third'), { attempts: 2 }));
    world.reactions.set('second', 'refuse').set('third', 'refuse');

    const report = await world.redrive({ maxAttempts: 3 });

    const parked = third.replace(PREFIXES.deadLetters, PREFIXES.parked);
    expect(world.documents().toSorted()).toEqual([second, parked].toSorted());
    expect(world.read(second)).toMatchObject({ attempts: 2 });
    expect(world.read(parked)).toMatchObject({ attempts: 3 });
    expect(report).toMatchObject({ remains: true, documents: { rewritten: 1, parked: 1 } });
  });

  it('goes to its own sync task alone where that still matches, for the others have accepted it', async () => {
    seedLetter(world, keysLetter(batch('a'), { syncTaskId: 'task-2' }));
    world.routes = ['task-1', 'task-2', 'task-3'].map((id) => ({ source: { bucket: 'source' }, sync_task_id: id }));

    await world.redrive();

    expect(world.accepted).toEqual(['task-2/a']);
  });

  it('goes wherever it is routed now where its sync task is gone', async () => {
    seedLetter(world, keysLetter(batch('a'), { syncTaskId: 'task-0', code: 'OmsSync.SyncTaskNotFound' }));
    world.routes = ['task-1', 'task-2'].map((id) => ({ source: { bucket: 'source' }, sync_task_id: id }));

    await world.redrive();

    expect(world.accepted.toSorted()).toEqual(['task-1/a', 'task-2/a']);
    expect(world.documents()).toEqual([]);
  });

  it('stays when no route matches it any more', async () => {
    seedLetter(world, keysLetter(batch('a')));
    world.routes = [{ source: { bucket: 'source', prefix: 'other/' }, sync_task_id: 'task-1' }];

    const report = await world.redrive();

    expect(world.calls).toEqual([]);
    expect(world.documents().map((name) => world.read(name))).toEqual([
      expect.objectContaining({ kind: 'keys', code: 'OmsSync.NoRoute', attempts: 2, sync_task_id: 'task-1' }),
    ]);
    expect(report.causes).toMatchObject([{ code: 'OmsSync.NoRoute', count: 1 }]);
  });

  it('is sent under the name that was decoded then, whatever encoding is configured now', async () => {
    seedLetter(world, keysLetter(batch('a b+c')));

    await world.redrive({ keyEncodings: { ...FORM, obs: 'raw' } });

    expect(world.accepted).toEqual(['task-1/a b+c']);
  });

  it('without a time keeps its identity when it is refused again', async () => {
    const undated = { Records: [{ ...record('bad'), eventTime: undefined }] };
    const name = seedLetter(world, keysLetter(undated, { requestId: 'the-upload' }));
    world.reactions.set('bad', 'refuse');

    await world.redrive();

    expect(name).toContain('undated/');
    expect(world.documents()).toEqual([name]);
  });
});

describe('a dead letter of records or of an event', () => {
  it('is read anew, so that an encoding that was corrected applies', async () => {
    const event = { Records: [{ ...record('x'), s3: { bucket: { name: 'source' }, object: { key: '100%' } } }] };
    seedLetter(world, eventLetter(event));

    await world.redrive();
    expect(world.accepted).toEqual([]);
    expect(world.documents().map((name) => world.read(name))).toEqual([
      expect.objectContaining({ kind: 'records', code: 'OmsSync.InvalidObjectKey', attempts: 2 }),
    ]);

    await world.redrive({ keyEncodings: { ...FORM, obs: 'raw' } });
    expect(world.accepted).toEqual(['task-1/100%']);
    expect(world.documents()).toEqual([]);
  });

  it('of a bucket without a route comes back once there is one', async () => {
    const { event } = eventLetter(batch('a'));
    world.routes = [];
    seedFailed(world, event);
    await world.redrive();
    expect(world.documents().map((name) => world.read(name))).toEqual([
      expect.objectContaining({ kind: 'records', code: 'OmsSync.NoRoute', attempts: 1 }),
    ]);

    world.routes = [{ source: { bucket: 'source' }, sync_task_id: 'task-9' }];
    await world.redrive();

    expect(world.accepted).toEqual(['task-9/a']);
    expect(world.documents()).toEqual([]);
  });

  it('that is no notification stays, and is parked in the end', async () => {
    const name = seedLetter(world, eventLetter({ hello: 'world' }));

    await world.redrive({ maxAttempts: 3 });
    expect(world.read(name)).toMatchObject({ kind: 'event', attempts: 2, code: 'OmsSync.UnrecognisedEvent' });
    await world.redrive({ maxAttempts: 3 });

    expect(world.documents()).toEqual([name.replace(PREFIXES.deadLetters, PREFIXES.parked)]);
  });
});

describe('a failed invocation', () => {
  it.each([
    ['as it is', (event: object) => event],
    ['as a text', (event: object) => JSON.stringify(event)],
  ])('is deleted when everything that its event names is accepted; the event is written %s', async (_how, write) => {
    seedFailed(world, write(batch('a', 'b c')));

    const report = await world.redrive();

    expect(world.accepted).toEqual(['task-1/a', 'task-1/b c']);
    expect(world.documents()).toEqual([]);
    expect(report.codes).toMatchObject([
      { code: 'OmsSync.FailedInvocation', documents: 1, keys: 2, redriven: 1, oldest: '2026-10-01T11:00:00.000Z' },
    ]);
  });

  it('becomes dead letters for what is refused', async () => {
    const undecodable = { ...record('x'), s3: { bucket: { name: 'source' }, object: { key: '%' } } };
    seedFailed(world, { Records: [record('a'), record('bad'), undecodable, record('x', 'elsewhere')] }, 'request-7');
    world.reactions.set('bad', 'refuse');

    const report = await world.redrive();

    expect(world.accepted).toEqual(['task-1/a']);
    const letters = world.documents().map((name) => world.read(name));
    expect(letters).toHaveLength(3);
    for (const letter of letters)
      expect(letter).toMatchObject({
        attempts: 1,
        created: '2026-10-01T11:00:00.000Z',
        request_id: 'request-7',
        function: expect.stringContaining('on-object-created'),
      });
    expect(letters.map(({ code, event }) => [code, event])).toEqual(
      expect.arrayContaining([
        ['OmsSync.KeyRefused', { Records: [record('bad')] }],
        ['OmsSync.InvalidObjectKey', { Records: [undecodable] }],
        ['OmsSync.NoRoute', { Records: [record('x', 'elsewhere')] }],
      ]),
    );
    expect(report).toMatchObject({ documents: { taken: 1, rewritten: 1 } });
  });

  it('is left as it is when nothing was accepted and all of it may pass', async () => {
    const name = seedFailed(world, batch('a', 'b'));
    const before = world.store.text(STATE_BUCKET, name);
    world.outage = omsError(503);

    await world.redrive();

    expect(world.store.text(STATE_BUCKET, name)).toBe(before);
    expect(world.documents()).toEqual([name]);
  });

  it('becomes a dead letter for the rest when it was accepted in part', async () => {
    seedFailed(world, batch('a', 'later'));
    world.reactions.set('later', 'fail');

    await world.redrive({ maxKeysPerCall: 1, concurrency: 1 });

    expect(world.accepted).toEqual(['task-1/a']);
    expect(world.documents().map((name) => world.read(name))).toEqual([
      expect.objectContaining({ kind: 'keys', attempts: 1, keys: [expect.objectContaining({ key: 'later' })] }),
    ]);
  });

  it('that names nothing that was created is deleted', async () => {
    seedFailed(world, { Records: [{ ...record('kept/b'), eventName: 'ObjectRemoved:Delete' }] });

    const report = await world.redrive();

    expect(world.calls).toEqual([]);
    expect(world.documents()).toEqual([]);
    expect(report).toMatchObject({ remains: false, documents: { redriven: 1 } });
  });

  it('that names lists of OMS or documents of our own is deleted, for these must not be replicated', async () => {
    world.routes = [
      { source: { bucket: 'both' }, destination: { bucket: 'both' }, sync_task_id: 'task-1' },
      { source: { bucket: STATE_BUCKET }, sync_task_id: 'task-1' },
    ];
    seedFailed(world, {
      Records: [record('oms/sync_task/list.csv', 'both'), record('dead-letters/a.json', STATE_BUCKET)],
    });

    await world.redrive({ state: { bucket: STATE_BUCKET, prefixes: ['dead-letters/'] } });

    expect(world.calls).toEqual([]);
    expect(world.documents()).toEqual([]);
  });

  it('of a timer or an HTTP call is parked, for it names no objects', async () => {
    seedFailed(world, { trigger_type: 'TIMER', version: 'v2.0', time: '2026-10-01T10:00:00Z', user_event: '' }, 'one');
    seedFailed(world, { httpMethod: 'POST', path: '/reconcile', headers: {}, body: '' }, 'two');

    const report = await world.redrive();

    expect(world.documents().every((name) => name.startsWith(PREFIXES.parked))).toBe(true);
    expect(world.documents().map((name) => world.read(name))).toEqual([
      expect.objectContaining({ code: 'OmsSync.FailedCall', kind: 'event' }),
      expect.objectContaining({ code: 'OmsSync.FailedCall', kind: 'event' }),
    ]);
    expect(report).toMatchObject({ remains: true, documents: { parked: 2 } });
  });

  it('stays where its name was given to another event since it was read', async () => {
    const name = seedFailed(world, batch('a'));
    world.beforeCall = async () => {
      seedFailed(world, batch('b'));
    };

    const report = await world.redrive();

    expect(world.documents()).toEqual([name]);
    expect(report).toMatchObject({ remains: true, documents: { left: 1, redriven: 0 } });
    world.beforeCall = async () => {};
    await world.redrive();
    expect(world.accepted).toEqual(['task-1/a', 'task-1/b']);
    expect(world.documents()).toEqual([]);
  });

  it('of an event that is no notification becomes a dead letter', async () => {
    seedFailed(world, 'no JSON {');

    await world.redrive();

    expect(world.documents().map((name) => world.read(name))).toEqual([
      expect.objectContaining({ code: 'OmsSync.UnrecognisedEvent', kind: 'event', event: 'no JSON {', attempts: 1 }),
    ]);
  });
});

describe('a document that cannot be read', () => {
  it.each([
    ['no JSON', Buffer.from('{"half'), '{"half'],
    ['another document', Buffer.from('{"a":1}'), '{"a":1}'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe]), Buffer.from([0xff, 0xfe]).toString('base64')],
  ])('is parked with its content: %s', async (_what, body, content) => {
    const name = `${PREFIXES.deadLetters}2026-10-01/odd.json`;
    world.store.seed(STATE_BUCKET, name, body);

    const report = await world.redrive();

    const [parked = ''] = world.documents();
    expect(world.documents()).toHaveLength(1);
    expect(parked.startsWith(PREFIXES.parked)).toBe(true);
    expect(world.read(parked)).toMatchObject({
      code: 'OmsSync.UnreadableDocument',
      message: expect.stringMatching(/^The document cannot be read\. ./),
      event: { document: name, content },
    });
    expect(report).toMatchObject({ remains: true, documents: { parked: 1 } });
  });

  it('stays where it is once it is parked', async () => {
    const name = `${PREFIXES.parked}odd.json`;
    world.store.seed(STATE_BUCKET, name, '{');

    const report = await world.redrive({ filter: { parked: true } });

    expect(world.documents()).toEqual([name]);
    expect(report).toMatchObject({ remains: true, documents: { left: 1 } });
  });

  it('is left where a later release wrote it', async () => {
    const letter = { ...keysLetter(batch('a')), version: 2 };
    const name = seedLetter(world, letter as never);

    const report = await world.redrive();

    expect(world.calls).toEqual([]);
    expect(world.documents()).toEqual([name]);
    expect(report).toMatchObject({ documents: { left: 1 }, causes: [{ code: 'OmsSync.NewerDocument' }] });
  });

  it('names a key that is none: parked, not emptied', async () => {
    const letter = keysLetter(batch('a', 'b'));
    const [first] = letter.keys ?? [];
    seedLetter(world, { ...letter, keys: [first, { ...first, key: '\ud800' }] } as never);

    await world.redrive();

    expect(world.accepted).toEqual([]);
    expect(world.documents().map((name) => world.read(name))).toEqual([
      expect.objectContaining({ code: 'OmsSync.UnreadableDocument' }),
    ]);
  });
});

describe('parked documents', () => {
  it('are taken only when they are asked for, and deleted when they are accepted', async () => {
    seedLetter(world, keysLetter(batch('a'), { attempts: 10 }), PREFIXES.parked);

    expect(await world.redrive()).toMatchObject({ documents: { read: 0 }, remains: false });
    const report = await world.redrive({ filter: { parked: true } });

    expect(world.accepted).toEqual(['task-1/a']);
    expect(world.documents()).toEqual([]);
    expect(report).toMatchObject({ documents: { redriven: 1 }, remains: false });
  });

  it('keep their reason when they can never be redriven', async () => {
    seedFailed(world, { trigger_type: 'TIMER', user_event: '' });
    world.store.seed(STATE_BUCKET, `${PREFIXES.deadLetters}odd.json`, '{');
    await world.redrive();
    const before = world.documents().map((name) => world.store.text(STATE_BUCKET, name));

    const report = await world.redrive({ filter: { parked: true } });

    expect(before).toHaveLength(2);
    expect(world.documents().map((name) => world.store.text(STATE_BUCKET, name))).toEqual(before);
    expect(report).toMatchObject({
      remains: true,
      documents: { left: 2 },
      causes: [
        { code: 'OmsSync.FailedCall', retryable: false },
        { code: 'OmsSync.UnreadableDocument', retryable: false },
      ],
    });
  });

  it('stay parked when they are refused again, whatever their attempts', async () => {
    const name = seedLetter(world, keysLetter(batch('bad', 'good'), { attempts: 1 }), PREFIXES.parked);
    world.reactions.set('bad', 'refuse');

    await world.redrive({ filter: { parked: true } });

    const [left = ''] = world.documents();
    expect(world.documents()).toHaveLength(1);
    expect(left.startsWith(PREFIXES.parked)).toBe(true);
    expect(left).not.toBe(name);
    expect(world.read(left)).toMatchObject({ attempts: 2, keys: [{ key: 'bad' }] });
  });
});

describe('a run', () => {
  it('batches keys across documents and sends each pair of task and key once', async () => {
    for (let index = 0; index < 25; index += 1)
      seedLetter(
        world,
        keysLetter({ Records: [record(`key-${index}`, 'source', `2026-10-01T10:00:${10 + index}.000Z`)] }),
      );
    seedLetter(world, keysLetter({ Records: [record('key-0', 'source', '2026-10-01T10:30:00.000Z')] }));

    const report = await world.redrive();

    expect(report.calls).toBe(3);
    expect(world.calls.map(({ keys }) => keys.length)).toEqual([10, 10, 5]);
    expect(report.keys).toMatchObject({ submitted: 25, accepted: 25 });
    expect(report.documents).toMatchObject({ taken: 26, redriven: 26 });
    expect(world.documents()).toEqual([]);
  });

  it('works through more documents than one page and one window hold, and ends', async () => {
    for (let index = 0; index < 2_500; index += 1)
      seedLetter(world, keysLetter({ Records: [record(`key-${index}`)] }, { requestId: `${index}` }));

    const report = await world.redrive({ filter: {} });

    expect(report.documents).toMatchObject({ read: 2_500, redriven: 2_500 });
    expect(report.calls).toBe(250);
    expect(world.documents()).toEqual([]);
  });

  it('does not meet its own dead letters again, wherever their names sort', async () => {
    world = new RedriveWorld({ pageSize: 50 });
    // A document without the accepted key has another name, which most likely is still to be listed.
    for (let index = 0; index < 300; index += 1) {
      seedLetter(world, keysLetter(batch(`bad-${index}`, `good-${index}`)));
      world.reactions.set(`bad-${index}`, 'refuse');
    }

    const report = await world.redrive();

    expect(report.documents).toMatchObject({ taken: 300, rewritten: 300 });
    expect(world.documents().map((name) => world.read(name)['attempts'])).toEqual(Array(300).fill(2));
  });

  it('leaves documents that are written while it runs to the next run', async () => {
    world.clock.time = NOW + 1;
    seedLetter(world, keysLetter(batch('new'), { lastFailed: NOW + 1 }));
    world.clock.time = NOW;

    expect(await world.redrive()).toMatchObject({ remains: true, documents: { waiting: 1, taken: 0 } });
    world.clock.time = NOW + 1;
    expect(await world.redrive()).toMatchObject({ remains: false, documents: { redriven: 1 } });
  });

  it.each(['2026-99-99T00:00:00.000Z', '9999-12-31T00:00:00.000Z'])(
    'takes a document that claims to have failed at %s',
    async (time) => {
      seedLetter(world, { ...keysLetter(batch('a')), created: time, last_failed: time });

      const report = await world.redrive();

      expect(report).toMatchObject({ remains: false, documents: { redriven: 1 } });
      expect(report.codes).toMatchObject([{ oldest: new Date(NOW).toISOString() }]);
    },
  );

  it('of a timer waits 15 minutes after the first attempt, twice as long after every further one, a day at the most', async () => {
    const ages: readonly (readonly [attempts: number, minutes: number])[] = [
      [1, 15],
      [2, 30],
      [3, 60],
      [7, 960],
      [8, 1440],
      [9, 1440],
    ];
    for (const [attempts, minutes] of ages) {
      const due = new RedriveWorld();
      seedLetter(due, keysLetter(batch('a'), { attempts, lastFailed: NOW - minutes * MINUTE, created: 0 }));
      const early = new RedriveWorld();
      seedLetter(early, keysLetter(batch('a'), { attempts, lastFailed: NOW - minutes * MINUTE + 1, created: 0 }));

      expect(await due.redrive({ backoff: true })).toMatchObject({ documents: { redriven: 1, waiting: 0 } });
      expect(await early.redrive({ backoff: true })).toMatchObject({ remains: true, documents: { waiting: 1 } });
      expect(await early.redrive()).toMatchObject({ documents: { redriven: 1 } });
    }
  });

  it('of a timer takes failed invocations at once', async () => {
    seedFailed(world, batch('a'));

    expect(await world.redrive({ backoff: true })).toMatchObject({ documents: { redriven: 1 } });
  });

  it('passes over a document that another run has just dealt with', async () => {
    const name = seedLetter(world, keysLetter(batch('a')));
    seedLetter(world, keysLetter(batch('b')));
    world.store.intercept = (call, work) => {
      if (call.operation === 'GetObject' && call.key === name)
        void world.store.deleteObject({ bucket: STATE_BUCKET, key: name });
      work();
    };

    const report = await world.redrive();

    expect(world.accepted).toEqual(['task-1/b']);
    expect(report).toMatchObject({ remains: false, documents: { read: 1, redriven: 1, left: 0 } });
  });

  it('fails when the state bucket cannot be listed', async () => {
    world.store.intercept = () => {
      throw omsError(503);
    };
    await expect(world.redrive()).rejects.toThrow();
  });

  it('fails when no document can be read, and goes on when one cannot', async () => {
    const name = seedLetter(world, keysLetter(batch('a')));
    const broken = (only?: string) => {
      world.store.intercept = (call, work) => {
        if (call.operation === 'GetObject' && (only === undefined || call.key === only)) throw omsError(503);
        work();
      };
    };
    broken();
    await expect(world.redrive()).rejects.toThrow();
    expect(world.calls).toEqual([]);

    seedLetter(world, keysLetter(batch('b')));
    broken(name);
    const report = await world.redrive();
    expect(world.accepted).toEqual(['task-1/b']);
    expect(world.documents()).toEqual([name]);
    expect(report).toMatchObject({ remains: true, documents: { redriven: 1, left: 1 } });
  });

  it('leaves a document whose dead letter would hold a credential', async () => {
    const name = seedLetter(world, keysLetter(batch('with-SECRET-in-it')));
    world.reactions.set('with-SECRET-in-it', 'refuse');
    const redact = (text: string) => text.replaceAll('SECRET', '[redacted]');

    const report = await world.redrive({ redact });

    expect(world.documents()).toEqual([name]);
    expect(report).toMatchObject({ remains: true, documents: { left: 1 } });
    expect(await world.redrive({ redact, dryRun: true })).toMatchObject({ documents: { taken: 1 } });
  });

  it('leaves a document that is larger than any that is written', async () => {
    const name = `${PREFIXES.deadLetters}large.json`;
    world.store.seed(STATE_BUCKET, name, Buffer.alloc(REDRIVE_LIMITS.documentBytes + 1, 32));
    seedLetter(world, keysLetter(batch('a')));

    const report = await world.redrive();

    expect(world.accepted).toEqual(['task-1/a']);
    expect(world.documents()).toEqual([name]);
    expect(report).toMatchObject({ remains: true, causes: [{ code: 'OmsSync.ObjectStoreObjectTooLarge' }] });
  });

  it('parks a document byte for byte that is too large to be written anew', async () => {
    const text = 'x'.repeat(2 * 1024 * 1024);
    world.store.seed(STATE_BUCKET, `${PREFIXES.deadLetters}foreign.txt`, text);

    const report = await world.redrive();

    const [name = '', ...others] = world.documents();
    expect(others).toEqual([]);
    expect(name).toMatch(/^parked\/as-found\/[0-9a-f]{32}\.json$/);
    expect(world.store.text(STATE_BUCKET, name)).toBe(text);
    expect(report).toMatchObject({ documents: { parked: 1 }, causes: [{ code: 'OmsSync.UnreadableDocument' }] });
    expect(await world.redrive({ filter: { parked: true } })).toMatchObject({ documents: { left: 1 } });
    expect(world.documents()).toEqual([name]);
  });

  it('goes on past documents that were moved to an archive', async () => {
    for (let index = 0; index < 200; index += 1)
      world.store.seed(STATE_BUCKET, `${PREFIXES.deadLetters}2020-01-01/${index}.json`, '{}');
    seedLetter(world, keysLetter(batch('a')));
    world.store.intercept = (call, work) => {
      if (call.operation === 'GetObject' && call.key?.includes('/2020-01-01/'))
        throw new AccessDeniedError({
          operation: 'GetObject',
          storeStatus: 403,
          storeCode: 'InvalidObjectState',
          attempts: 1,
          retryable: false,
        });
      work();
    };

    const report = await world.redrive();

    expect(world.accepted).toEqual(['task-1/a']);
    expect(report).toMatchObject({ remains: true, documents: { redriven: 1, left: 200 } });
  });

  it('passes over the folders that a console makes', async () => {
    world.store.seed(STATE_BUCKET, `${PREFIXES.deadLetters}2026-10-01/`, '');

    expect(await world.redrive()).toMatchObject({ remains: false, documents: { read: 0 } });
    expect(world.documents()).toHaveLength(1);
  });

  it('keeps a document that it cannot replace or delete, and says so', async () => {
    const good = seedLetter(world, keysLetter(batch('good')));
    const bad = seedLetter(world, keysLetter(batch('bad', 'fine')));
    world.reactions.set('bad', 'refuse');
    world.store.intercept = (call, work) => {
      if (call.operation === 'PutObject' || call.operation === 'DeleteObject') throw omsError(503);
      work();
    };

    const report = await world.redrive();

    expect(world.documents().toSorted()).toEqual([good, bad].toSorted());
    expect(report).toMatchObject({ remains: true, documents: { left: 2, redriven: 0, rewritten: 0 } });
    expect(world.lines).toContainEqual(expect.objectContaining({ message: 'document not settled', document: bad }));
  });

  it('stops before its time is up and says that more remains', async () => {
    for (let index = 0; index < 500; index += 1)
      seedLetter(world, keysLetter({ Records: [record(`key-${index}`)] }, { requestId: `${index}` }));
    const before = world.documents();
    let windows = 0;
    world.store.intercept = (_call, work) => work();

    const report = await world.redrive({
      remaining: () => (windows >= 1 ? 7_999 : 60_000),
      onProgress: () => {
        windows += 1;
      },
    });

    expect(report).toMatchObject({ stopped: 'deadline', remains: true, documents: { redriven: 200 } });
    expect(report.position).toEqual({ source: 'dead_letter', name: before[199] });
    expect(world.documents()).toEqual(before.slice(200));

    const next = await world.redrive({ from: report.position });
    expect(next).toMatchObject({ remains: false, documents: { redriven: 300 } });
  });

  it('leaves time to settle what was submitted', async () => {
    for (let index = 0; index < 30; index += 1)
      seedLetter(world, keysLetter({ Records: [record(`key-${index}`)] }, { requestId: `${index}` }));
    const remaining = () => (world.calls.length === 0 ? 60_000 : 5_000);

    const report = await world.redrive({ concurrency: 1, remaining });

    expect(report).toMatchObject({
      stopped: 'deadline',
      keys: { accepted: 10, left: 20 },
      documents: { redriven: 10 },
    });
    // The next run begins with those that had no turn.
    expect(report).not.toHaveProperty('position');
    expect(world.documents()).toHaveLength(20);
  });

  it('goes on while OMS takes something', async () => {
    for (let index = 0; index < 250; index += 1)
      seedLetter(world, keysLetter({ Records: [record(`key-${index}`)] }, { requestId: `${index}` }));
    world.reactions.set('key-7', 'fail');

    const report = await world.redrive();

    expect(report).not.toHaveProperty('stopped');
    expect(report).toMatchObject({ remains: true, keys: { accepted: 240, left: 10 } });
  });

  it.each([
    ['behind a position and goes round', { source: 'dead_letter', at: 1 }, ['c', 'd', 'first', 'a', 'b']],
    ['behind the last document', { source: 'dead_letter', at: 3 }, ['first', 'a', 'b', 'c', 'd']],
    [
      'at the beginning where the position is in what it does not read',
      { source: 'parked', at: 1 },
      ['first', 'a', 'b', 'c', 'd'],
    ],
  ] as const)('begins %s', async (_where, { source, at }, order) => {
    seedFailed(world, batch('first'));
    const names = ['a', 'b', 'c', 'd'].map((key, index) =>
      seedLetter(world, keysLetter({ Records: [record(key, 'source', `2026-10-01T11:00:0${index}.000Z`)] })),
    );

    const report = await world.redrive({ from: { source, name: names[at] ?? '' }, maxKeysPerCall: 1, concurrency: 1 });

    expect(world.accepted).toEqual(order.map((key) => `task-1/${key}`));
    expect(report).toMatchObject({ remains: false, documents: { read: 5, redriven: 5 } });
  });

  it('does not meet a document again that it has written before going round', async () => {
    world = new RedriveWorld({ pageSize: 10 });
    for (let index = 0; index < 60; index += 1) {
      seedLetter(world, keysLetter(batch(`bad-${index}`, `good-${index}`)));
      world.reactions.set(`bad-${index}`, 'refuse');
    }
    const name = world.documents()[30] ?? '';

    const report = await world.redrive({ from: { source: 'dead_letter', name } });

    expect(report.documents).toMatchObject({ taken: 60, rewritten: 60 });
  });

  it('begins with what the limit passed over', async () => {
    for (const key of ['a', 'b', 'c', 'd']) {
      seedFailed(world, { Records: [record(key)] }, key);
      world.reactions.set(key, 'fail');
    }
    const options = { filter: { limit: 3 }, maxKeysPerCall: 1 };
    world.reactions.set('d', 'accept');

    const first = await world.redrive(options);
    expect(first).toMatchObject({ remains: true, documents: { left: 3 } });
    await world.redrive({ ...options, from: first.position });

    expect(world.accepted).toEqual(['task-1/d']);
  });

  it('lets documents that always fail not stand in the way of those behind them', async () => {
    world.routes = [
      { source: { bucket: 'source', prefix: 'a-' }, sync_task_id: 'task-1' },
      { source: { bucket: 'source', prefix: 'b-' }, sync_task_id: 'task-2' },
    ];
    for (let index = 0; index < 200; index += 1) {
      seedLetter(world, keysLetter({ Records: [record(`a-${index}`)] }, { requestId: `${index}` }));
      world.reactions.set(`a-${index}`, 'fail');
    }
    const behind = { Records: [record('b-1', 'source', '2026-10-01T11:30:00.000Z')] };
    seedLetter(world, keysLetter(behind, { syncTaskId: 'task-2' }));

    const first = await world.redrive();
    expect(first).toMatchObject({ stopped: 'oms_unavailable', documents: { left: 200 } });
    await world.redrive({ from: first.position });

    expect(world.accepted).toEqual(['task-2/b-1']);
  });

  it('holds few documents at a time where they are large', async () => {
    const padding = 'x'.repeat(400_000);
    for (let index = 0; index < 9; index += 1)
      seedLetter(world, keysLetter({ Records: [{ ...record(`key-${index}`), padding }] }));
    const read: number[] = [];

    await world.redrive({ onProgress: (progress) => read.push(progress.read) });

    expect(read).toEqual([3, 6, 9]);
  });

  it('does nothing when there is no time to begin with', async () => {
    seedLetter(world, keysLetter(batch('a')));

    expect(await world.redrive({ remaining: () => 7_999 })).toMatchObject({ stopped: 'deadline', remains: true });
    expect(world.store.calls).toEqual([]);
  });

  it('stops after the calls under way when it is interrupted', async () => {
    for (let index = 0; index < 100; index += 1)
      seedLetter(world, keysLetter({ Records: [record(`key-${index}`)] }, { requestId: `${index}` }));
    const controller = new AbortController();
    world.beforeCall = async () => controller.abort();

    const report = await world.redrive({ signal: controller.signal, concurrency: 1 });

    expect(report).toMatchObject({ stopped: 'interrupted', remains: true, keys: { accepted: 10, left: 90 } });
    expect(world.documents()).toHaveLength(90);
  });

  it('goes on past a stopped sync task, which is the trouble of its own documents only', async () => {
    world.routes = [
      { source: { bucket: 'source', prefix: 'a/' }, sync_task_id: 'task-1' },
      { source: { bucket: 'source', prefix: 'b/' }, sync_task_id: 'task-2' },
    ];
    for (let index = 0; index < 200; index += 1)
      seedLetter(world, keysLetter({ Records: [record(`a/${index}`)] }, { requestId: `${index}` }));
    seedLetter(
      world,
      keysLetter({ Records: [record('b/1', 'source', '2026-10-02T00:00:00.000Z')] }, { syncTaskId: 'task-2' }),
    );
    for (let index = 0; index < 200; index += 1) world.reactions.set(`a/${index}`, 'refuse');

    const report = await world.redrive({ taskState: async (id) => (id === 'task-1' ? 'stopped' : 'running') });

    expect(world.accepted).toEqual(['task-2/b/1']);
    expect(report).toMatchObject({ documents: { left: 200, redriven: 1 }, keys: { left: 200, refused: 0 } });
    expect(report).not.toHaveProperty('stopped');
  });
});

describe('a dry run', () => {
  it('changes nothing, asks OMS nothing, and says what is there by code', async () => {
    seedLetter(world, keysLetter(batch('a', 'b'), { created: NOW - 2 * 3_600_000 }));
    seedLetter(world, keysLetter(batch('c'), { created: NOW - 3 * 3_600_000 }));
    seedLetter(world, eventLetter({ hello: 1 }));
    seedFailed(world, batch('d'));
    const before = world.documents().map((name) => [name, world.store.text(STATE_BUCKET, name)]);

    const report = await world.redrive({ dryRun: true });

    expect(world.calls).toEqual([]);
    expect(world.documents().map((name) => [name, world.store.text(STATE_BUCKET, name)])).toEqual(before);
    expect(new Set(world.store.calls.map(({ operation }) => operation))).toEqual(new Set(['ListObjects', 'GetObject']));
    expect(report).toMatchObject({ dry_run: true, remains: true, documents: { taken: 4, redriven: 0 } });
    expect(report.codes).toMatchObject([
      { code: 'OmsSync.KeyRefused', documents: 2, keys: 3, oldest: '2026-10-01T09:00:00.000Z' },
      { code: 'OmsSync.FailedInvocation', documents: 1, keys: 1 },
      { code: 'OmsSync.UnrecognisedEvent', documents: 1, keys: 0 },
    ]);
    for (const { remedy } of report.codes) expect(remedy).toMatch(/\.$/);
    expect(report.causes).toMatchObject([{ code: 'OmsSync.UnrecognisedEvent', count: 1 }]);
  });

  it('of an empty bucket finds that nothing remains', async () => {
    expect(await world.redrive({ dryRun: true })).toMatchObject({ remains: false, documents: { read: 0 } });
  });
});

describe('filters', () => {
  const seed = () => {
    seedLetter(world, keysLetter(batch('one'), { created: NOW - 60 * MINUTE }));
    seedLetter(world, keysLetter(batch('two'), { created: NOW - 120 * MINUTE, code: 'OmsSync.SyncTaskNotFound' }));
    seedLetter(world, keysLetter({ Records: [record('p/three', 'other')] }, { created: NOW - 180 * MINUTE }));
    seedFailed(world, batch('four', 'p/five'));
    world.routes = [
      { source: { bucket: 'source' }, sync_task_id: 'task-1' },
      { source: { bucket: 'other' }, sync_task_id: 'task-1' },
    ];
  };
  it.each([
    ['one code', { codes: new Set(['OmsSync.SyncTaskNotFound']) }, ['two']],
    [
      'several codes',
      { codes: new Set(['OmsSync.SyncTaskNotFound', 'OmsSync.FailedInvocation']) },
      ['four', 'p/five', 'two'],
    ],
    ['an age, at the least', { until: NOW - 120 * MINUTE }, ['two', 'p/three']],
    ['an age, at the most', { since: NOW - 120 * MINUTE }, ['one', 'two', 'four', 'p/five']],
    ['a bucket', { prefix: 'other' }, ['p/three']],
    ['a bucket that is another one’s beginning', { prefix: 'sourc' }, []],
    ['a prefix of keys, taking documents as a whole', { prefix: 'source/p/' }, ['four', 'p/five']],
    [
      'all of them together',
      { codes: new Set(['OmsSync.KeyRefused']), until: NOW - 90 * MINUTE, prefix: 'other/' },
      ['p/three'],
    ],
  ])('take documents by %s', async (_what, filter, keys) => {
    seed();
    const all = world.documents().length;

    const report = await world.redrive({ filter });

    expect(world.accepted.toSorted()).toEqual(keys.map((key) => `task-1/${key}`).toSorted());
    expect(report.documents.filtered).toBe(all - report.documents.taken);
    expect(report.remains).toBe(false);
  });

  it.each([1, 3, 4, 5])('take %d documents at the most', async (limit) => {
    seed();

    const report = await world.redrive({ filter: { limit } });

    expect(report.documents.taken).toBe(Math.min(4, limit));
    expect(world.documents()).toHaveLength(Math.max(0, 4 - limit));
    expect(report.stopped).toBe(limit < 4 ? 'limit' : undefined);
    expect(report.remains).toBe(limit < 4);
  });
});
