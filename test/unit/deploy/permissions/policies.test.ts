import { describe, expect, it } from 'vitest';
import { policiesOf } from '../../../../scripts/deploy/permissions/policies.ts';
import { Permissions } from '../../../../scripts/local/iam/policy.ts';
import type { FunctionConfig, ServerlessConfig } from '../../../../scripts/serverless/config.ts';

const ROUTE = { source: { bucket: 'photos' }, destination: { bucket: 'copies' }, sync_task_id: '1' };
const FAILED = { type: 'OBS', bucket: 'state', prefix: 'failed-invocations/f/' } as const;
const STATE = { STATE_BUCKET: 'state', OMS_REGION: 'cn-north-4' };

function fn(changes: Partial<FunctionConfig> = {}): FunctionConfig {
  return {
    name: 'f',
    handler: 'index.handler',
    package: { artifact: 'f.zip' },
    runtime: 'Node.js20.15',
    memorySize: 256,
    timeout: 60,
    agency: 'agency',
    environment: STATE,
    encryptedEnvironment: {},
    async: { maxRetries: 0, maxEventAge: 60 },
    events: [],
    ...changes,
  };
}

function agenciesOf(functions: Record<string, FunctionConfig>) {
  const config: ServerlessConfig = { service: 'oms-sync', stage: 'test', region: 'cn-north-4', functions };
  return new Map(policiesOf(config).map((each) => [each.agency, each]));
}

/** `action resource` of everything that the agency may do; without a resource where it is every one. */
function allowed(functions: Record<string, FunctionConfig>, agency = 'agency'): string[] {
  const { policies = [] } = agenciesOf(functions).get(agency) ?? {};
  return policies
    .flatMap(({ document }) => document.Statement)
    .flatMap(({ Action, Resource = [''] }) =>
      Action.flatMap((action) =>
        Resource.map((resource) => `${action} ${resource.replace(/^obs:\*:\*:(bucket|object):/, '')}`.trim()),
      ),
    )
    .sort();
}

const oms = (...actions: string[]): string[] => actions.map((action) => `oms:synctask:${action}`);

describe('the policies of', () => {
  it.each([
    ['create-sync-task', oms('create', 'list')],
    ['show-sync-task', oms('get')],
    ['list-sync-tasks', oms('list')],
    ['start-sync-task', oms('get', 'update')],
    ['stop-sync-task', oms('get', 'update')],
    ['delete-sync-task', oms('delete', 'get', 'update')],
    ['show-sync-task-statistics', oms('get', 'statistics')],
    ['create-sync-event', oms('createEvent', 'get')],
    ['a-function-of-somebody-else', []],
  ])('%s hold its own actions at OMS and nothing else', (key, expected) => {
    expect(allowed({ [key]: fn() })).toEqual(expected);
  });

  it('the trigger let it ask OMS and add dead letters, and the platform add failed invocations', () => {
    const async = {
      maxRetries: 3,
      maxEventAge: 60,
      onFailure: { type: 'OBS', bucket: 'state', prefix: 'failed-invocations/on-object-created/' },
    } as const;

    expect(allowed({ 'on-object-created': fn({ async }) })).toEqual([
      'obs:bucket:HeadBucket state',
      'obs:object:PutObject state/dead-letters/*',
      'obs:object:PutObject state/failed-invocations/on-object-created/*',
      ...oms('createEvent', 'get'),
    ]);
  });

  it('redrive let it work on documents, wherever the prefixes are', () => {
    const environment = {
      ...STATE,
      DEAD_LETTER_PREFIX: 'sync/dead/',
      PARKED_PREFIX: 'sync/parked/',
      FAILED_INVOCATIONS_PREFIX: 'sync/failed/',
    };

    expect(allowed({ redrive: fn({ environment }) })).toEqual([
      'obs:bucket:ListBucket state',
      'obs:object:DeleteObject state/sync/dead/*',
      'obs:object:DeleteObject state/sync/failed/*',
      'obs:object:DeleteObject state/sync/parked/*',
      'obs:object:GetObject state/redrive/last.json',
      'obs:object:GetObject state/sync/dead/*',
      'obs:object:GetObject state/sync/failed/*',
      'obs:object:GetObject state/sync/parked/*',
      'obs:object:PutObject state/redrive/*',
      'obs:object:PutObject state/sync/dead/*',
      'obs:object:PutObject state/sync/parked/*',
      ...oms('createEvent', 'get'),
    ]);
  });

  it('reconcile let it list the buckets of the routes and keep its state', () => {
    const environment = { ...STATE, ROUTES: JSON.stringify([ROUTE]) };

    expect(allowed({ reconcile: fn({ environment }) })).toEqual([
      'obs:bucket:ListBucket copies',
      'obs:bucket:ListBucket photos',
      'obs:bucket:ListBucket state',
      'obs:object:DeleteObject state/reconcile/*/lease.json',
      'obs:object:GetObject state/dead-letters/*',
      'obs:object:GetObject state/parked/*',
      'obs:object:GetObject state/reconcile/*',
      'obs:object:PutObject state/reconcile/*',
      ...oms('createEvent', 'get'),
    ]);
  });

  it.each<[string, Partial<FunctionConfig>]>([
    ['a state bucket', { environment: { ...STATE, STATE_BUCKET: '*' } }],
    ['a prefix of the state bucket', { environment: { ...STATE, PARKED_PREFIX: 'p*/' } }],
    [
      'a bucket of a route',
      { environment: { ...STATE, ROUTES: JSON.stringify([{ ...ROUTE, source: { bucket: '*' } }]) } },
    ],
    ['a bucket for failures', { async: { maxRetries: 0, maxEventAge: 60, onFailure: { ...FAILED, bucket: 'stat?' } } }],
    ['a prefix for failures', { async: { maxRetries: 0, maxEventAge: 60, onFailure: { ...FAILED, prefix: '*/' } } }],
  ])('are none where %s would be a pattern', (_, config) => {
    expect(() => allowed({ reconcile: fn({ environment: STATE, ...config }) })).toThrow();
  });

  const keys = (side: string) => ({ [`${side}_ACCESS_KEY`]: 'AK', [`${side}_SECRET_KEY`]: 'SK' });
  const credentials = { access_key: 'A', secret_key: 'B' };
  it.each<[string, object, Record<string, string>, string[]]>([
    ['neither side has keys', ROUTE, {}, ['copies', 'photos', 'state']],
    ['the source has keys', ROUTE, keys('SRC'), ['copies', 'state']],
    ['the destination has keys', ROUTE, keys('DST'), ['photos', 'state']],
    ['keys are there in part', ROUTE, { SRC_ACCESS_KEY: 'AK', SRC_SECRET_KEY: '' }, ['copies', 'photos', 'state']],
    ['the source is elsewhere', { ...ROUTE, source: { bucket: 'photos', cloud: 'AWS' } }, {}, ['copies', 'state']],
    ['the source names its keys', { ...ROUTE, source: { bucket: 'photos', credentials } }, {}, ['copies', 'state']],
    ['the destination does', { ...ROUTE, destination: { bucket: 'copies', credentials } }, {}, ['photos', 'state']],
    ['there is no destination', { source: { bucket: 'photos' }, sync_task_id: '1' }, {}, ['state']],
  ])('reconcile name only buckets that it lists with the agency: %s', (_what, route, encryptedEnvironment, buckets) => {
    const environment = { ...STATE, ROUTES: JSON.stringify([route]) };
    const grants = allowed({ reconcile: fn({ environment, encryptedEnvironment }) });

    expect(grants.filter((each) => each.includes('ListBucket'))).toEqual(
      buckets.map((bucket) => `obs:bucket:ListBucket ${bucket}`),
    );
  });

  it('a function with permanent keys hold only what the platform does', () => {
    const encryptedEnvironment = { OMS_ACCESS_KEY: 'AK', OMS_SECRET_KEY: 'SK' };
    const async = { maxRetries: 0, maxEventAge: 60, onFailure: { type: 'OBS', bucket: 'b', prefix: 'p/' } } as const;

    expect(allowed({ redrive: fn({ encryptedEnvironment, async }) })).toEqual([
      'obs:bucket:HeadBucket b',
      'obs:object:PutObject b/p/*',
    ]);
  });

  it('a function with a token hold nothing of OMS', () => {
    const grants = allowed({ 'on-object-created': fn({ encryptedEnvironment: { OMS_AUTH_TOKEN: 'token' } }) });

    expect(grants).toEqual(['obs:object:PutObject state/dead-letters/*']);
  });

  it('a function without a state bucket hold nothing of OBS', () => {
    expect(allowed({ 'on-object-created': fn({ environment: { STATE_BUCKET: '' } }) })).toEqual(
      oms('createEvent', 'get'),
    );
  });

  it.each<[FunctionConfig['async']['onFailure'], string[]]>([
    [{ type: 'SMN', topicUrn: 'urn' }, ['smn:topic:list', 'smn:topic:publish']],
    [{ type: 'FunctionGraph', function: 'g' }, ['functiongraph:function:invokeAsync']],
    [{ type: 'DIS', streamName: 's' }, []],
  ])('a function whose failures go to %j let the platform send them there', (onFailure, expected) => {
    const async = { maxRetries: 0, maxEventAge: 60, ...(onFailure ? { onFailure } : {}) };

    expect(allowed({ other: fn({ async }) })).toEqual(expected);
  });

  it('a function in a network let the platform reach it', () => {
    expect(allowed({ other: fn({ vpc: { vpcId: 'v', subnetId: 's' } }) })).toEqual([
      'vpc:ports:create',
      'vpc:ports:get',
      'vpc:securityGroups:get',
      'vpc:subnets:get',
      'vpc:vips:delete',
      'vpc:vpcs:get',
    ]);
  });

  it('an agency of several functions hold what they need together', () => {
    const functions = { 'list-sync-tasks': fn(), 'create-sync-task': fn(), 'show-sync-task': fn({ agency: 'other' }) };
    const agencies = agenciesOf(functions);

    expect([...agencies.values()].map(({ agency, functions }) => [agency, functions])).toEqual([
      ['agency', ['list-sync-tasks', 'create-sync-task']],
      ['other', ['show-sync-task']],
    ]);
    expect(allowed(functions)).toEqual(oms('create', 'list'));
    expect(allowed(functions, 'other')).toEqual(oms('get'));
  });

  it('two agencies of one function keep what the code does apart from what the platform does', () => {
    const async = { maxRetries: 0, maxEventAge: 60, onFailure: { type: 'OBS', bucket: 'b', prefix: 'p/' } } as const;
    const functions = { 'show-sync-task': fn({ async, executionAgency: 'code' }) };

    expect(allowed(functions, 'code')).toEqual(oms('get'));
    expect(allowed(functions)).toEqual(['obs:bucket:HeadBucket b', 'obs:object:PutObject b/p/*']);
  });

  it('no agency are none', () => {
    const { agency: _, ...without } = fn();
    expect(agenciesOf({ 'show-sync-task': without, 'list-sync-tasks': fn({ agency: '' }) }).size).toBe(0);
  });

  it('every agency are taken by IAM: global and project-level actions apart, by names that say which', () => {
    const environment = { ...STATE, ROUTES: JSON.stringify([ROUTE]) };
    const { policies = [] } = agenciesOf({ redrive: fn(), reconcile: fn({ environment }) }).get('agency') ?? {};

    expect(policies.map(({ name, scope }) => [name, scope])).toEqual([
      ['agency-global', 'global'],
      ['agency-project', 'project'],
    ]);
    for (const { document } of policies) expect(() => new Permissions([document])).not.toThrow();
  });

  it.each([
    [3, 2],
    [63, 1],
  ])(
    'one agency are taken by IAM with all the routes that fit into a variable, with names of %i characters',
    (length, count) => {
      const routes: object[] = [];
      for (let index = 100; JSON.stringify(routes).length < 4096; index++)
        routes.push({
          source: { bucket: `s${index.toString(36)}`.padEnd(length, 's') },
          destination: { bucket: `d${index.toString(36)}`.padEnd(length, 'd') },
          sync_task_id: '31e9b7e6-6ffb-452f-9842-6ce354d99d75',
        });
      const environment = { ...STATE, STATE_BUCKET: 'state'.padEnd(63, 's'), ROUTES: JSON.stringify(routes) };
      const async = { maxRetries: 0, maxEventAge: 60, onFailure: { type: 'OBS', bucket: 'b', prefix: 'p/' } } as const;
      const keys = ['on-object-created', 'redrive', 'reconcile'];
      const { policies = [] } =
        agenciesOf(Object.fromEntries(keys.map((key) => [key, fn({ environment, async })]))).get('agency') ?? {};

      const global = policies.filter(({ scope }) => scope === 'global').map(({ name }) => name);
      expect(global).toEqual(['agency-global', 'agency-global-2'].slice(0, count));
      for (const { document } of policies) expect(() => new Permissions([document])).not.toThrow();
    },
  );

  it('wrong routes are an error that names the place', () => {
    const environment = { ...STATE, ROUTES: '[{"source": {}}]' };

    expect(() => allowed({ reconcile: fn({ environment }) })).toThrow(/\[0\]\.source\.bucket/);
  });
});
