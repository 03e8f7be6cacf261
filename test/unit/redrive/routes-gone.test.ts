import { beforeEach, describe, expect, it } from 'vitest';
import type { KeyEncodings } from '#shared/events/sources.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import { digestOfRouting, writeRoutingRecord } from '#shared/pipeline/routing-record.ts';
import { FORM } from '../../helpers/key-encodings.ts';
import { eventLetter, failedInvocation, record, seedLetter } from '../../helpers/redrive-documents.ts';
import { PREFIXES, RedriveWorld, STATE_BUCKET } from '../../helpers/redrive-world.ts';

const route = (prefix: string): Route => ({ source: { bucket: 'source', prefix }, sync_task_id: 'task-1' });
const SUBMIT_FAILED = {
  errorType: 'SubmitFailedError',
  errorMessage: 'function invocation exception, error: OMS did not accept 2 of 2 keys; a retry may succeed.',
};
const NOT_BURIED = {
  errorType: 'DeadLetterFailedError',
  errorMessage: '1 failure that is final has no dead letter; OMS accepted 1 of 2 keys.',
};
const TIMED_OUT = 'Invoke timed out.';
/** Routes made two keys of it: `tmp/` was never to be replicated. */
const EVENT = { Records: [record('2026/a'), record('2025/b'), record('tmp/c')] };

let world: RedriveWorld;
beforeEach(() => {
  world = new RedriveWorld();
});

function seed(response_payload: unknown, event: unknown = EVENT): void {
  const name = `${PREFIXES.failedInvocations}on-object-created/one.json`;
  world.store.seed(STATE_BUCKET, name, JSON.stringify({ ...failedInvocation(event), response_payload }));
}

const letters = () => world.documents().map((name) => world.read(name));
const gone = (...keys: string[]) =>
  expect.objectContaining({
    kind: 'records',
    code: 'OmsSync.RouteGone',
    remedy: expect.stringContaining('Correct the prefixes in ROUTES'),
    event: { Records: keys.map((key) => record(key)) },
  });

describe('a failed event of which routes make less than when it failed', () => {
  it.each([
    ['SubmitFailedError', SUBMIT_FAILED],
    ['DeadLetterFailedError', NOT_BURIED],
    ['SubmitFailedError, as a text', JSON.stringify(SUBMIT_FAILED)],
  ])('keeps what no route matches any more, until one does: %s', async (_what, payload) => {
    seed(payload);
    // The zero is a letter.
    world.routes = [route('2026/'), route('2O25/')];

    const cause = { code: 'OmsSync.RouteGone', retryable: false, count: 2 };
    expect(await world.redrive({ dryRun: true })).toMatchObject({ causes: [cause] });
    const report = await world.redrive();

    expect(world.accepted).toEqual(['task-1/2026/a']);
    expect(report).toMatchObject({ remains: true, documents: { rewritten: 1 }, causes: [cause] });
    expect(letters()).toEqual([gone('2025/b', 'tmp/c')]);

    // Corrected: what was missing arrives. Nobody knows that `tmp/` was never wanted, so a document keeps it.
    world.routes = [route('2026/'), route('2025/')];
    await world.redrive();
    expect(world.accepted).toEqual(['task-1/2026/a', 'task-1/2025/b']);
    expect(letters()).toEqual([gone('tmp/c')]);
    expect(letters()).toEqual([expect.objectContaining({ attempts: 2 })]);
  });

  it('is deleted where as much of it is routed as then: the rest was left out before', async () => {
    seed(SUBMIT_FAILED);
    world.routes = [route('2026/'), route('2025/')];

    expect(await world.redrive()).toMatchObject({ remains: false, documents: { redriven: 1 } });
    expect(world.documents()).toEqual([]);
  });

  it('keeps apart what belongs to a bucket without any route', async () => {
    seed(SUBMIT_FAILED, { Records: [record('a', 'elsewhere'), record('2025/b')] });
    world.routes = [route('2O25/')];

    await world.redrive();

    expect(letters()).toHaveLength(2);
    expect(letters()).toEqual(
      expect.arrayContaining([
        gone('2025/b'),
        expect.objectContaining({ code: 'OmsSync.NoRoute', event: { Records: [record('a', 'elsewhere')] } }),
      ]),
    );
  });
});

describe('a failed event whose error names the routes of then', () => {
  const then = [route('2026/'), route('2025/')];
  const failed = (routes: readonly Route[], pairs = 2, encodings: KeyEncodings = FORM) => ({
    errorType: 'SubmitFailedError',
    errorMessage: `${writeRoutingRecord(pairs, digestOfRouting(routes, encodings))} OMS did not accept 2 of 2 keys.`,
  });

  it.each<[string, readonly Route[]]>([
    ['the same', then],
    ['the same in another order, with what does not decide', then.toReversed().map((each) => ({ ...each, name: 'x' }))],
  ])('is deleted where the routes of now are %s', async (_what, routes) => {
    seed(failed(then));
    world.routes = routes;

    expect(await world.redrive()).toMatchObject({ remains: false, documents: { redriven: 1 } });
  });

  it.each<[string, object, readonly Route[]]>([
    ['another prefix', failed(then), [route('2026/'), route('tmp/')]],
    ['two tasks for one prefix', failed(then), [route('2026/'), { ...route('2026/'), sync_task_id: 'task-2' }]],
    ['another encoding of keys', failed(then, 2, { ...FORM, obs: 'raw' }), then],
    ['another count', failed(then, 1), then],
  ])('is kept where as many keys are made by accident: %s', async (_what, payload, routes) => {
    seed(payload);
    world.routes = routes;

    expect(await world.redrive()).toMatchObject({ remains: true, causes: [{ code: 'OmsSync.RouteGone' }] });
  });

  it('is deleted where routes made no key of what no route matches, then as now', async () => {
    const elsewhere = [route('other/')];
    seed({ ...failed(elsewhere, 0), errorType: 'DeadLetterFailedError' });
    world.routes = elsewhere;

    expect(await world.redrive()).toMatchObject({ remains: false, documents: { redriven: 1 } });
  });
});

describe('a failed event that does not tell what routes made of it', () => {
  it('is kept where they make nothing of it: they are as likely wrong as the objects unwanted', async () => {
    seed(TIMED_OUT);
    world.routes = [route('2O25/')];

    expect(await world.redrive()).toMatchObject({ remains: true, documents: { rewritten: 1, redriven: 0 } });
    expect(letters()).toEqual([gone('2026/a', '2025/b', 'tmp/c')]);
  });

  it.each([
    ['a timeout', TIMED_OUT],
    ['nothing', undefined],
    ['an error of the platform', { errorType: 'FunctionRuntimeError', errorMessage: '2 of 2 keys' }],
    ['the error of another release', { ...SUBMIT_FAILED, errorMessage: 'Not all were accepted.' }],
    ['a number that is none', { ...SUBMIT_FAILED, errorMessage: 'OMS did not accept 2 of 1e0 keys.' }],
    ['a count of another set of routes', { ...SUBMIT_FAILED, errorMessage: 'OMS did not accept 0 of 0 keys.' }],
  ])('keeps what no route matches although others are accepted: %s', async (_what, payload) => {
    seed(payload);
    world.routes = [route('2026/')];

    expect(await world.redrive()).toMatchObject({ remains: true, keys: { accepted: 1 } });
    expect(letters()).toEqual([gone('2025/b', 'tmp/c')]);
  });

  it('keeps it, too, where routes make more of it than when it failed: others may be missing', async () => {
    seed({ ...SUBMIT_FAILED, errorMessage: 'OMS did not accept 1 of 1 keys; a retry may succeed.' });
    world.routes = [route('2026/'), { ...route('2026/'), sync_task_id: 'task-2' }];

    expect(await world.redrive()).toMatchObject({ remains: true, keys: { accepted: 2 } });
    expect(letters()).toEqual([gone('2025/b', 'tmp/c')]);
  });
});

describe('a dead letter of a bucket without a route', () => {
  const letter = () => {
    const written = eventLetter({ Records: [{ ...record('2026/a'), s3: {} }] });
    return { ...written, code: 'OmsSync.NoRoute', event: { Records: [record('2026/a'), record('tmp/c')] } };
  };

  it('is not deleted where the route that it got has a prefix that does not match', async () => {
    seedLetter(world, letter());
    world.routes = [route('2O26/')];

    expect(await world.redrive()).toMatchObject({ remains: true, documents: { rewritten: 1, redriven: 0 } });
    expect(letters()).toEqual([gone('2026/a', 'tmp/c')]);

    world.routes = [route('2026/')];
    await world.redrive();
    expect(world.accepted).toEqual(['task-1/2026/a']);
    expect(letters()).toEqual([gone('tmp/c')]);
  });

  it('is parked with its last attempt, never deleted', async () => {
    seedLetter(world, letter());
    world.routes = [route('2O26/')];

    expect(await world.redrive({ maxAttempts: 2 })).toMatchObject({ remains: true, documents: { parked: 1 } });
    expect(world.documents()).toEqual([expect.stringMatching(/^parked\//)]);

    world.routes = [route('')];
    expect(await world.redrive({ filter: { parked: true } })).toMatchObject({ remains: false });
    expect(world.accepted).toEqual(['task-1/2026/a', 'task-1/tmp/c']);
    expect(world.documents()).toEqual([]);
  });
});
