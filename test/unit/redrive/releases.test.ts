import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { Logger } from '#shared/logging/logger.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import { LAST_REPORT, readPosition } from '#shared/redrive/reports.ts';
import { PREFIXES, RedriveWorld, STATE_BUCKET } from '../../helpers/redrive-world.ts';

const written = (name: string) =>
  readFileSync(new URL(`../../fixtures/releases/redrive/${name}.json`, import.meta.url), 'utf8');
const route = (prefix: string, bucket = 'source'): Route => ({ source: { bucket, prefix }, sync_task_id: 'task-1' });

let world: RedriveWorld;
beforeEach(() => {
  world = new RedriveWorld();
});

function seed(prefix: string, name: string): void {
  world.store.seed(STATE_BUCKET, `${prefix}${name}.json`, written(name));
}

describe('what release 0.1.0 has written is still read', () => {
  it.each([
    ['dead-letter-keys', ['task-1/2026/a b', 'task-1/2026/ü'], route('')],
    ['dead-letter-eventgrid-keys', ['task-1/test.tar'], route('', 'source-bucket')],
  ])('%s: its keys are submitted and it is deleted', async (name, accepted, routes) => {
    seed(PREFIXES.deadLetters, name);
    world.routes = [routes];

    expect(await world.redrive()).toMatchObject({ remains: false, documents: { redriven: 1 } });
    expect(world.accepted).toEqual(accepted);
    expect(world.documents()).toEqual([]);
  });

  it.each([
    ['dead-letter-records', 'OmsSync.InvalidObjectKey'],
    ['dead-letter-event', 'OmsSync.UnrecognisedEvent'],
  ])('%s: it is refused for the same reason, under the name that it had', async (name, code) => {
    const { id } = JSON.parse(written(name)) as { readonly id: string };
    seed(PREFIXES.deadLetters, name);

    expect(await world.redrive()).toMatchObject({ documents: { rewritten: 1 }, causes: [{ code, count: 1 }] });
    expect(world.documents().map((each) => world.read(each))).toEqual([
      expect.objectContaining({ id, code, attempts: 2 }),
    ]);
  });

  it.each(['failed-invocation-submit', 'failed-invocation-dead-letter'])(
    '%s: it tells how much of the event was routed',
    async (name) => {
      seed(PREFIXES.failedInvocations, name);
      world.routes = [route('2026/'), route('2025/')];
      expect(await world.redrive({ dryRun: true })).toMatchObject({ causes: [] });

      world.routes = [route('2026/')];
      expect(await world.redrive()).toMatchObject({ causes: [{ code: 'OmsSync.RouteGone', count: 2 }] });
      expect(world.accepted).toEqual(['task-1/2026/a']);
    },
  );

  it('the last report: the next run by timer goes on behind its position', async () => {
    world.store.seed(STATE_BUCKET, LAST_REPORT, written('last'));
    const log = new Logger({ level: 'error', write: () => {} });

    expect(await readPosition({}, { store: world.store, bucket: STATE_BUCKET }, log)).toEqual({
      source: 'failed_invocation',
      name: 'failed-invocations/on-object-created/2026-10-01T11-00-00Z-request-1.json',
    });
  });
});
