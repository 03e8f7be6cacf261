import { beforeEach, describe, expect, it } from 'vitest';
import type { Route } from '#shared/pipeline/routes.ts';
import { failedInvocation, record } from '../../helpers/redrive-documents.ts';
import { PREFIXES, RedriveWorld, STATE_BUCKET } from '../../helpers/redrive-world.ts';

const route = (prefix: string): Route => ({ source: { bucket: 'source', prefix }, sync_task_id: 'task-1' });
const EVENT = { Records: [record('2026/a'), record('2025/b'), record('tmp/c')] };
const FAILURES = {
  SubmitFailedError: 'OMS did not accept 2 of 2 keys; a retry may succeed.',
  DeadLetterFailedError: '1 failure that is final has no dead letter; OMS accepted 1 of 2 keys.',
};

let world: RedriveWorld;
beforeEach(() => {
  world = new RedriveWorld();
});

/** A failed invocation of which routes made two keys: `tmp/` was never to be replicated. */
function seed(errorType: keyof typeof FAILURES): string {
  const name = `${PREFIXES.failedInvocations}on-object-created/one.json`;
  const written = { ...failedInvocation(EVENT), response_payload: { errorType, errorMessage: FAILURES[errorType] } };
  world.store.seed(STATE_BUCKET, name, JSON.stringify(written));
  return name;
}

describe('an event of which the routes make less than when it failed', () => {
  it.each(['SubmitFailedError', 'DeadLetterFailedError'] as const)(
    'keeps what no route matches any more, until one does: %s',
    async (errorType) => {
      seed(errorType);
      world.routes = [route('2026/'), route('2O25/')];

      const cause = { code: 'OmsSync.RouteGone', retryable: false, count: 2 };
      expect(await world.redrive({ dryRun: true })).toMatchObject({ causes: [cause] });
      const report = await world.redrive();

      expect(world.accepted).toEqual(['task-1/2026/a']);
      expect(report).toMatchObject({ remains: true, documents: { rewritten: 1 }, causes: [cause] });
      const [left = ''] = world.documents();
      expect(world.documents()).toHaveLength(1);
      expect(world.read(left)).toMatchObject({
        kind: 'records',
        code: 'OmsSync.RouteGone',
        remedy: expect.stringContaining('Compare ROUTES'),
        attempts: 1,
        event: { Records: [record('2025/b'), record('tmp/c')] },
      });

      // The document that is left waits, however often it is looked at.
      const before = world.store.text(STATE_BUCKET, left);
      expect(await world.redrive()).toMatchObject({ remains: true, documents: { left: 1 }, causes: [cause] });
      expect(world.store.text(STATE_BUCKET, left)).toBe(before);

      // Corrected: what was missing arrives. Nobody knows that `tmp/` was never wanted, so a document keeps it.
      world.routes = [route('2026/'), route('2025/')];
      await world.redrive();
      expect(world.accepted).toEqual(['task-1/2026/a', 'task-1/2025/b']);
      expect(world.documents().map((name) => world.read(name))).toEqual([
        expect.objectContaining({ code: 'OmsSync.RouteGone', attempts: 2, event: { Records: [record('tmp/c')] } }),
      ]);
    },
  );

  it('is parked when it was looked at so often, and not before', async () => {
    seed('SubmitFailedError');
    world.routes = [route('2026/')];
    await world.redrive();
    world.routes = [route('2025/')];

    await world.redrive({ maxAttempts: 2 });

    expect(world.documents()).toEqual([expect.stringMatching(/^parked\//)]);
    expect(world.accepted).toEqual(['task-1/2026/a', 'task-1/2025/b']);
  });

  it('is deleted where as much of it was routed as then: the rest was never wanted', async () => {
    seed('SubmitFailedError');
    world.routes = [route('2026/'), route('2025/')];

    expect(await world.redrive()).toMatchObject({ remains: false, documents: { redriven: 1 } });
    expect(world.documents()).toEqual([]);
  });

  it('keeps apart what belongs to a bucket without any route', async () => {
    const name = `${PREFIXES.failedInvocations}two.json`;
    const event = { Records: [record('a', 'elsewhere'), record('2025/b')] };
    const errorMessage = 'OMS did not accept 2 of 2 keys; a retry may succeed.';
    const written = { ...failedInvocation(event), response_payload: { errorType: 'SubmitFailedError', errorMessage } };
    world.store.seed(STATE_BUCKET, name, JSON.stringify(written));
    world.routes = [route('2O25/')];

    await world.redrive();

    expect(world.documents().map((each) => world.read(each))).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: 'OmsSync.NoRoute', event: { Records: [record('a', 'elsewhere')] } }),
        expect.objectContaining({ code: 'OmsSync.RouteGone', event: { Records: [record('2025/b')] } }),
      ]),
    );
    expect(world.documents()).toHaveLength(2);
  });
});
