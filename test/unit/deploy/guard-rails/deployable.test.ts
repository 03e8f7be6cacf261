import { describe, expect, it } from 'vitest';
import {
  absentNames,
  absentOfFunctions,
  openRoutes,
  unroutedTriggers,
} from '../../../../scripts/deploy/guard-rails/deployable.ts';
import { loadServerless } from '../../../../scripts/serverless/load.ts';
import { EVENTS, fn } from '../../../helpers/deploy/world.ts';

const NAMES = {
  OMS_SYNC_STATE_BUCKET: 'photos-state',
  OMS_SYNC_SOURCE_BUCKET: 'photos',
  OMS_SYNC_AGENCY_PREFIX: 'photos-sync',
  OMS_SYNC_APIG_GROUP: 'g',
  OMS_SYNC_EVENTGRID_CHANNEL_ID: 'c',
  OMS_SYNC_EVENTGRID_AGENCY: 'fgs_to_eg',
};

describe('outside of stage local', () => {
  it('serverless.yml names nothing of an account', async () => {
    const config = await loadServerless('prod');
    const problems = absentNames(config);

    expect(problems).toHaveLength(Object.keys(NAMES).length);
    for (const name of Object.keys(NAMES)) expect(problems.join('\n')).toContain(`set ${name} to`);
    expect(JSON.stringify(config)).not.toMatch(/"oms-sync-state"|"source"|fgs_to_eg|oms-sync-prod-trigger/);
    expect(absentOfFunctions(config.functions)).toHaveLength(2);
  });

  it('the environment names it', async () => {
    const config = await loadServerless('prod', NAMES);

    expect(absentNames(config)).toEqual([]);
    expect(config.functions['redrive']?.agency).toBe('photos-sync-redrive');
    expect(absentNames(await loadServerless('prod', { OMS_SYNC_AGENCY: 'one' }), ['show-sync-task'])).toEqual([
      expect.stringContaining('OMS_SYNC_APIG_GROUP'),
    ]);
  });

  it('stage local needs none of it but what the local cloud says', async () => {
    const config = await loadServerless('local', { OMS_SYNC_APIG_GROUP: 'g', OMS_SYNC_EVENTGRID_CHANNEL_ID: 'c' });

    expect(absentNames(config)).toEqual([]);
  });
});

describe('a trigger that no route takes from', () => {
  const withRoutes = (...sources: readonly object[]) => {
    const ROUTES = JSON.stringify(sources.map((source) => ({ source, sync_task_id: 't' })));
    return { f: fn('f', { environment: { ROUTES }, events: [EVENTS.eventgrid('photos')] }), g: fn('g') };
  };

  it.each([
    [withRoutes({ bucket: 'photos' }), 0],
    [withRoutes({ bucket: 'videos' }, { bucket: 'photos', prefix: 'a/' }), 0],
    [withRoutes({ bucket: 'videos' }), 1],
    [withRoutes(), 1],
  ])('is told: %#', (functions, count) => {
    expect(unroutedTriggers(functions)).toHaveLength(count);
    expect(unroutedTriggers(functions, ['g'])).toEqual([]);
  });

  it('is told of its bucket and of the way out', () => {
    expect(unroutedTriggers(withRoutes())).toEqual([
      'functions.f.events[0]: no route takes what is uploaded to photos, so all of it would become dead letters: ' +
        'name it in OMS_SYNC_ROUTES, or deploy with --allow-unrouted until there is a sync task',
    ]);
  });
});

it('tells of every route that is open to everybody', () => {
  const open = { apig: { method: 'GET', path: '/tasks', auth: 'NONE' as const } };
  const functions = { f: fn('f', { events: [EVENTS.apig(), open] }) };

  expect(openRoutes(functions, ['f'])).toEqual([
    'GET /tasks is open to everybody who finds its address (functions.f.events[1].apig.auth is NONE)',
  ]);
});
