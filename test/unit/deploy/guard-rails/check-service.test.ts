import { describe, expect, it } from 'vitest';
import { checkService } from '../../../../scripts/deploy/guard-rails/check-service.ts';
import type { FunctionConfig, FunctionEvent, ServerlessConfig } from '../../../../scripts/serverless/config.ts';
import { loadServerless } from '../../../../scripts/serverless/load.ts';
import { EVENTS, fn, SECRETS, service } from '../../../helpers/deploy/world.ts';

const one = (overrides: Partial<FunctionConfig>, rest: Partial<ServerlessConfig> = {}): readonly string[] =>
  checkService(service({ f: fn('f', overrides) }, rest));
const withEvent = (event: unknown, overrides: Partial<FunctionConfig> = {}, rest: Partial<ServerlessConfig> = {}) =>
  one({ events: [event as FunctionEvent], ...overrides }, rest);
const variables = (count: number, value = 'x'): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`V${index}`, value]));

describe('checkService', () => {
  it.each(['local', 'dev'])('has nothing against serverless.yml, stage %s', async (stage) => {
    expect(checkService(await loadServerless(stage))).toEqual([]);
  });

  it('reads ROUTES as the functions will, and tells of a mistake once', () => {
    const routed = (ROUTES: string, more: Record<string, string> = {}): readonly string[] => {
      const environment = { OMS_REGION: 'cn-north-4', STATE_BUCKET: 'state', ROUTES, ...more };
      return checkService(service({ f: fn('f', { environment }), g: fn('g', { environment }) }));
    };
    const route = (source: object): string => JSON.stringify([{ source, sync_task_id: 't' }]);

    expect(routed(route({ bucket: 'photos' }))).toEqual([]);
    expect(routed(route({ bucket: 'state', cloud: 'AWS' }))).toEqual([]);
    expect(routed(route({ bucket: 'state' }))).toEqual([
      'functions.f.environment.DEAD_LETTER_PREFIX: is a prefix of the state bucket that overlaps the source of ROUTES[0]: what is written there would be replicated (use another bucket for state)',
    ]);
    expect(routed(route({ bucket: 'state', prefix: 'parked/2026' }))).toEqual([
      expect.stringContaining('functions.f.environment.PARKED_PREFIX: '),
    ]);
    expect(routed('[{bad')).toEqual([expect.stringContaining('functions.f.environment.ROUTES: Not JSON')]);
    expect(routed(route({}))).toEqual([
      expect.stringContaining('functions.f.environment.ROUTES[0].source.bucket: is missing'),
    ]);
    expect(routed('[]', { PARKED_PREFIX: 'dead-letters/' })).toEqual([
      expect.stringContaining('functions.f.environment.PARKED_PREFIX: overlaps DEAD_LETTER_PREFIX'),
    ]);
  });

  it('has nothing against every kind of event', () => {
    const vpc = { vpcId: 'v', subnetId: 's' };
    const events = [
      EVENTS.eventgrid(),
      EVENTS.eventgrid('other', ['OBS:DWR:ObjectRemoved:Delete']),
      EVENTS.timer('60m'),
      EVENTS.apig('ANY', '/a/{b}/c'),
      EVENTS.kafka(),
      EVENTS.smn(),
    ];
    expect(one({ events, vpc, encryptedEnvironment: { KEY: 'k' }, initializer: 'index.initializer' })).toEqual([]);
    expect(withEvent(EVENTS.obs(), { environment: {} }, { region: 'ap-southeast-3' })).toEqual([]);
    // It answers within that time, and works for longer.
    const early = { apig: { method: 'POST', path: '/', auth: 'IAM', timeout: 30_000 } };
    expect(withEvent(early, { timeout: 900 })).toEqual([]);
  });

  it.each<[string, readonly string[], string]>([
    // Regions
    [
      'a region without sync events',
      one({ environment: { OMS_REGION: 'ap-southeast-1' } }),
      'environment.OMS_REGION is ap-southeast-1, where OMS takes no sync events: it does in cn-north-4, cn-east-3 and cn-southwest-2, so deploy there (--region)',
    ],
    [
      'no region',
      one({}, { region: 'evil.example/' }),
      'provider.region is not the name of a region, as in cn-north-4',
    ],
    // Names
    [
      'a service',
      one({}, { service: '1a' }),
      'service is "1a": it must hold letters, digits and hyphens, and begin with a letter',
    ],
    [
      'a stage',
      one({}, { stage: 'a_b' }),
      'provider.stage is "a_b": it must hold letters, digits and hyphens, and begin with a letter',
    ],
    [
      'an alias',
      one({}, { alias: 'latest' }),
      'provider.alias is "latest": it must hold letters, digits, - and _, and not be latest',
    ],
    [
      'too many versions',
      one({}, { keepVersions: 16 }),
      'provider.keepVersions is 16: it must be a whole number from 0 to 15, for a function has 20 versions at most',
    ],
    [
      'a key',
      checkService(service({ 'a.b': fn('a.b') })),
      'functions.a.b: oms-sync-dev-a.b is no name of a function, which holds letters, digits, - and _ (FSS.1002)',
    ],
    [
      'a long key',
      checkService(service({ ['k'.repeat(48)]: fn('x') })),
      `functions.${'k'.repeat(48)}: oms-sync-dev-${'k'.repeat(48)} has 61 characters, a name of a function 60 at most (FSS.1002): shorten service, stage or key`,
    ],
    // Settings
    [
      'a runtime',
      one({ runtime: 'Node.js22.1' }),
      'functions.f.runtime is Node.js22.1: the bundles run on Node.js20.15 and Node.js22.18 (FSS.1005)',
    ],
    [
      'a handler',
      one({ handler: 'index' }),
      'functions.f.handler is "index": it must be FILE.EXPORT with one dot, as in index.handler',
    ],
    [
      'an initializer with two dots, which would silently be skipped',
      one({ initializer: 'a.b.c' }),
      'functions.f.initializer is "a.b.c": it must be FILE.EXPORT with one dot, as in index.initializer',
    ],
    [
      'memory',
      one({ memorySize: 300 }),
      'functions.f.memorySize is 300 MB: it must be one of 128, 256, 512, 768, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096 (FSS.1007)',
    ],
    [
      'a short timeout',
      one({ timeout: 2 }),
      'functions.f.timeout is 2: it must be a whole number from 3 to 259200 seconds',
    ],
    [
      'a long timeout',
      one({ timeout: 259_201 }),
      'functions.f.timeout is 259201: it must be a whole number from 3 to 259200 seconds',
    ],
    [
      'an initializer’s timeout',
      one({ initializer: 'index.i', initializerTimeout: 301 }),
      'functions.f.initializerTimeout is 301: it must be a whole number from 1 to 300 seconds',
    ],
    [
      'a timeout of no initializer',
      one({ initializerTimeout: 3 }),
      'functions.f.initializerTimeout is set, but the function has no initializer',
    ],
    [
      'instances',
      one({ concurrency: 1001 }),
      'functions.f.concurrency is 1001: it must be a whole number from -1 to 1000',
    ],
    [
      'a description',
      one({ description: 'x'.repeat(453) }),
      'functions.f.description has 453 characters, of 452 at most (FSS.1019)',
    ],
    [
      'half of a log stream',
      one({ logs: { groupId: 'g', streamId: '' } }),
      'functions.f.logs names half of a place: it needs groupId and streamId, or leave it out',
    ],
    [
      'half of a network',
      one({ vpc: { vpcId: 'v', subnetId: '' } }),
      'functions.f.vpc names half of a network: it needs vpcId and subnetId, or leave it out',
    ],
    // Variables
    [
      'too many variables',
      one({ environment: variables(21) }),
      'functions.f.environment has 21 variables, of 20 at most (FSS.1017): leave out what has a default',
    ],
    [
      'too many encrypted variables',
      one({ encryptedEnvironment: variables(21) }),
      'functions.f.encryptedEnvironment has 21 variables, of 20 at most (FSS.1017): leave out what has a default',
    ],
    [
      'too long variables',
      one({ environment: { A: 'short', ROUTES: 'r'.repeat(4085) } }),
      'functions.f.environment has 4097 characters in names and values, of 4096 at most (FSS.1018): shorten ROUTES',
    ],
    [
      'a variable’s name',
      one({ environment: { '1A': 'x' } }),
      'functions.f.environment.1A: a name holds letters, digits and _, and begins with a letter (FSS.1009)',
    ],
    [
      'a name of the platform',
      one({ environment: { RUNTIME_X: 'x' } }),
      "functions.f.environment.RUNTIME_X: names that begin with RUNTIME_ are the platform's own",
    ],
    [
      'a number as a variable',
      one({ environment: { N: 5 as unknown as string } }),
      'functions.f.environment.N is not a text: put it in quotes',
    ],
    [
      'a variable of both kinds',
      one({ environment: { KEY: 'a' }, encryptedEnvironment: { KEY: 'b' } }),
      'functions.f.environment.KEY is in encryptedEnvironment, too: leave one of them (FSS.1009)',
    ],
    // Asynchronous invocations
    [
      'retries',
      one({ async: { maxRetries: 4, maxEventAge: 60 } }),
      'functions.f.async.maxRetries is 4: it must be a whole number from 0 to 3',
    ],
    [
      'an age',
      one({ async: { maxRetries: 0, maxEventAge: 86_401 } }),
      'functions.f.async.maxEventAge is 86401: it must be a whole number from 1 to 86400 seconds',
    ],
    [
      'a destination without an agency',
      one({ agency: '', async: { maxRetries: 0, maxEventAge: 60, onFailure: { type: 'SMN', topicUrn: 'urn:smn:x' } } }),
      'functions.f.async.onFailure needs an agency that may use SMN: set functions.f.agency',
    ],
    [
      'expiry of documents',
      one({
        async: { maxRetries: 0, maxEventAge: 60, onFailure: { type: 'OBS', bucket: 'b', prefix: 'p/', expires: 366 } },
      }),
      'functions.f.async.onFailure.expires is 366: it must be a whole number from 0 to 365 days',
    ],
    // Triggers
    [
      'eleven triggers',
      one({ events: Array.from({ length: 11 }, (_, index) => EVENTS.apig('GET', `/p${index}`)) }),
      'functions.f.events has 11 entries: a function has 10 triggers at most (FSS.1306), so split it',
    ],
    [
      'a method',
      withEvent(EVENTS.apig('get')),
      'functions.f.events[0].apig.method is get: it must be GET, POST, PUT, DELETE, HEAD, PATCH, OPTIONS, ANY',
    ],
    [
      'a path',
      withEvent(EVENTS.apig('GET', '/a/x{b}')),
      'functions.f.events[0].apig.path is "/a/x{b}": it begins with /, and a parameter is a whole segment, as in /tasks/{id}',
    ],
    [
      'a parameter twice',
      withEvent(EVENTS.apig('GET', '/{a}/{a}')),
      'functions.f.events[0].apig.path names a parameter twice',
    ],
    [
      'authentication',
      withEvent({ apig: { method: 'GET', path: '/', auth: 'none' } }),
      'functions.f.events[0].apig.auth is none: it must be IAM (signed requests), APP, or NONE for everybody',
    ],
    [
      'a gateway’s timeout',
      withEvent({ apig: { method: 'GET', path: '/', auth: 'IAM', timeout: 60_001 } }),
      'functions.f.events[0].apig.timeout is 60001: it must be a whole number from 1 to 60000 milliseconds',
    ],
    [
      'a function that a gateway does not wait for',
      withEvent(EVENTS.apig(), { timeout: 900 }),
      "functions.f.events[0].apig: the function may take 900 s, and API Gateway waits 60 s at most: set async: true, or the function's timeout to 60 or less",
    ],
    [
      'a route of two functions',
      checkService(
        service({
          f: fn('f', { events: [EVENTS.apig('GET', '/tasks/{id}')] }),
          g: fn('g', { events: [EVENTS.apig('ANY', '/tasks/{task_id}')] }),
        }),
      ),
      'functions.g.events[0].apig: ANY /tasks/{task_id} is the route of functions.f.events[0].apig, too (FSS.1147): leave one of them',
    ],
    [
      'a bucket',
      withEvent(EVENTS.eventgrid('A_b')),
      'functions.f.events[0].eventgrid.bucket is "A_b", which is no name of a bucket',
    ],
    [
      'a prefix',
      withEvent({
        eventgrid: {
          bucket: 'bbb',
          eventTypes: ['OBS:DWR:ObjectCreated:PUT'],
          keyEncode: true,
          prefix: 'p'.repeat(1025),
        },
      }),
      'functions.f.events[0].eventgrid.prefix has 1025 characters, of 1024 at most',
    ],
    [
      'an event type that does not exist',
      withEvent(EVENTS.eventgrid('source', ['OBS:DWR:ObjectCreated:Put'])),
      'functions.f.events[0].eventgrid.eventTypes: there is no event "OBS:DWR:ObjectCreated:Put"; there are OBS:DWR:ObjectCreated:PUT, OBS:DWR:ObjectCreated:POST, OBS:DWR:ObjectCreated:COPY, OBS:DWR:ObjectCreated:CompleteMultipartUpload, OBS:DWR:ObjectRemoved:Delete, OBS:DWR:ObjectRemoved:DeleteMarkerCreated',
    ],
    [
      'no event type',
      withEvent(EVENTS.eventgrid('source', [])),
      'functions.f.events[0].eventgrid.eventTypes is empty: it would never be triggered',
    ],
    [
      'a trigger twice',
      one({ events: [EVENTS.eventgrid(), EVENTS.eventgrid()] }),
      'functions.f.events[1].eventgrid: the function has this trigger twice, and every upload would reach it twice',
    ],
    [
      'an encoding of keys that the function does not expect',
      withEvent(EVENTS.eventgrid(), { environment: { EVENTGRID_KEY_ENCODING: 'raw' } }),
      "functions.f.events[0].eventgrid.keyEncode is true, but the function's EVENTGRID_KEY_ENCODING is not form: it would read other object names",
    ],
    [
      'a native trigger in China',
      withEvent(EVENTS.obs()),
      'functions.f.events[0].obs: cn-north-4 has no native OBS trigger (FSS.1101): use eventgrid',
    ],
    [
      'an event of OBS that does not exist',
      withEvent({ obs: { bucket: 'bbb', events: ['Created'] } }, { environment: {} }, { region: 'ap-southeast-3' }),
      'functions.f.events[0].obs.events: there is no event "Created"; there are ObjectCreated, ObjectRemoved',
    ],
    [
      'events of OBS that hold each other',
      withEvent(
        { obs: { bucket: 'bbb', events: ['s3:ObjectCreated:*', 'Put'] } },
        { environment: {} },
        { region: 'ap-southeast-3' },
      ),
      'functions.f.events[0].obs.events names an event twice: ObjectCreated, for example, stands for Put, too',
    ],
    [
      'a timer’s name',
      withEvent({ timer: { name: '1st', type: 'Rate', schedule: '1m' } }),
      'functions.f.events[0].timer.name is "1st": it holds letters, digits, - and _, and begins with a letter',
    ],
    [
      'two timers of a name',
      one({ events: [EVENTS.timer(), EVENTS.timer('1h')] }),
      'functions.f.events[1].timer.name is tick, the name of another timer of this function (FSS.1148)',
    ],
    ['a rate', withEvent(EVENTS.timer('61m')), 'functions.f.events[0].timer.schedule is "61m": a rate is 60m at most'],
    [
      'a kind of schedule',
      withEvent({ timer: { name: 't', type: 'CRON', schedule: '1m' } }),
      'functions.f.events[0].timer.schedule is "1m": its type is CRON, and must be Rate or Cron, in this case of letters',
    ],
    [
      'a Kafka batch',
      withEvent(
        { kafka: { instanceId: 'k', topicIds: ['t'], batchSize: 1001 } },
        { vpc: { vpcId: 'v', subnetId: 's' } },
      ),
      'functions.f.events[0].kafka.batchSize is 1001: it must be a whole number from 1 to 1000 records',
    ],
    [
      'Kafka without a network',
      withEvent(EVENTS.kafka()),
      "functions.f.events[0].kafka needs the function's vpc: Kafka is reached in its network alone",
    ],
    [
      'a user without a password',
      withEvent({ kafka: { instanceId: 'k', topicIds: ['t'], user: 'u' } }, { vpc: { vpcId: 'v', subnetId: 's' } }),
      'functions.f.events[0].kafka: user and password belong together (FSS.1113)',
    ],
    [
      'a topic',
      withEvent({ smn: { topicUrn: 'topic' } }),
      'functions.f.events[0].smn.topicUrn is "topic": it must be urn:smn:REGION:PROJECT:TOPIC',
    ],
    [
      'a topic elsewhere',
      withEvent({ smn: { topicUrn: 'urn:smn:cn-east-3:p:t' } }),
      'functions.f.events[0].smn.topicUrn is a topic in cn-east-3, and the function is in cn-north-4: they must be in one region',
    ],
    // The state bucket
    [
      'dead letters in a watched bucket',
      withEvent(EVENTS.eventgrid('source'), { environment: { STATE_BUCKET: 'source' } }),
      'functions.f.environment.DEAD_LETTER_PREFIX: dead-letters/ of bucket source is written to, but f is triggered by all of bucket source: what is written would be replicated, so use another bucket for state',
    ],
    [
      'reports in a watched folder',
      withEvent(
        {
          eventgrid: {
            bucket: 'both',
            prefix: 'reconcile/',
            eventTypes: ['OBS:DWR:ObjectCreated:PUT'],
            keyEncode: true,
          },
        },
        { environment: { STATE_BUCKET: 'both' } },
      ),
      'functions.f.environment.STATE_BUCKET: reconcile/ of bucket both is written to, but f is triggered by reconcile/ of bucket both: what is written would be replicated, so use another bucket for state',
    ],
    [
      'failed invocations in a watched bucket',
      withEvent(EVENTS.eventgrid('source'), {
        async: { maxRetries: 0, maxEventAge: 60, onFailure: { type: 'OBS', bucket: 'source', prefix: 'failed/' } },
      }),
      'functions.f.async.onFailure.prefix is "failed/", but f is triggered by all of bucket source: the document of a failure would be an upload to replicate, and its failure another one, without end',
    ],
    [
      'failed invocations that redrive does not look for',
      one({
        environment: { STATE_BUCKET: 'state' },
        async: { maxRetries: 0, maxEventAge: 60, onFailure: { type: 'OBS', bucket: 'state', prefix: 'failures/f/' } },
      }),
      'functions.f.async.onFailure.prefix is "failures/f/", but redrive looks below failed-invocations/ (FAILED_INVOCATIONS_PREFIX): begin it with that',
    ],
  ])('refuses %s', (_, problems, message) => {
    expect(problems).toContain(message);
  });

  it('says one sentence per mistake, each once', () => {
    const problems = one({ memorySize: 1, timeout: 1, environment: { RUNTIME_A: 'x', '-': 'x' } });

    expect(problems).toHaveLength(4);
    expect(checkService(service({ f: fn('f'), g: fn('g') }, { region: 'x' }))).toHaveLength(1);
  });

  it('shows no value of a variable', () => {
    const value = SECRETS.variable;
    const problems = one({
      environment: { '1': value, RUNTIME_X: value, LONG: value.repeat(200), BOTH: value, STATE_BUCKET: value },
      encryptedEnvironment: { '2': value, RUNTIME_Y: value, LONGER: value.repeat(200), BOTH: value },
    });

    expect(problems.length).toBeGreaterThanOrEqual(7);
    expect(problems.join('\n')).not.toContain(value);
  });

  it('does not count what is empty, for it is not sent', () => {
    expect(one({ environment: { ...variables(30, ''), ...variables(20) } })).toEqual([]);
  });
});
