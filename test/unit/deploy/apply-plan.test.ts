import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyPlan } from '../../../scripts/deploy/apply/apply-plan.ts';
import { planDeployment } from '../../../scripts/deploy/plan/plan-deployment.ts';
import type { ServerlessConfig } from '../../../scripts/serverless/config.ts';
import { answerOf, FakeFunctionGraph } from '../../helpers/deploy/fake-functiongraph.ts';
import { useFastScrypt } from '../../helpers/deploy/fast-scrypt.ts';
import { artifacts, EVENTS, fn, SECRETS, service, target, writeArtifact } from '../../helpers/deploy/world.ts';

useFastScrypt();

function world(options: ConstructorParameters<typeof FakeFunctionGraph>[0] = {}) {
  const cloud = new FakeFunctionGraph(options);
  const root = artifacts({ one: 'v1', two: 'v1' });
  let time = Date.UTC(2026, 10, 21, 12);
  const deploy = async (config: ServerlessConfig, prune = false) => {
    time += 60_000;
    const where = target(cloud, time);
    const plan = await planDeployment({ config, target: where, root, prune });
    cloud.forget();
    return { plan, result: await applyPlan(plan, { target: where }) };
  };
  return { cloud, root, deploy };
}

const events = [EVENTS.eventgrid(), EVENTS.timer(), EVENTS.apig()];
const both = service({
  one: fn('one', { events }),
  two: fn('two', { encryptedEnvironment: { KEY: SECRETS.encrypted } }),
});

describe('applyPlan', () => {
  it('creates what is not there: function, version, alias, settings, triggers', async () => {
    const { cloud, deploy } = world();

    const { plan, result } = await deploy(both);

    expect(plan.functions.map(({ key, action, code }) => [key, action, code])).toEqual([
      ['one', 'create', true],
      ['two', 'create', true],
    ]);
    expect(result.functions.map(({ outcome, error }) => error ?? outcome)).toEqual(['done', 'done']);
    expect(result.ok).toBe(true);
    const one = cloud.functions.get('oms-sync-dev-one');
    expect(one?.versions).toHaveLength(1);
    expect(one?.aliases.get('live')?.version).toBe(one?.versions[0]?.name);
    expect(one?.triggers.map(({ type, qualifier, status }) => [type, qualifier, status])).toEqual([
      ['EVENTGRID', '!live', 'ACTIVE'],
      ['TIMER', '!live', 'ACTIVE'],
      ['APIG', '!live', 'ACTIVE'],
    ]);
    expect(one?.asyncConfigs.get('!live')).toMatchObject({ max_async_retry_attempts: 3 });
  });

  it('sends nothing but reads where nothing changed', async () => {
    const { cloud, deploy } = world();
    await deploy(both);

    cloud.forget();
    const { plan, result } = await deploy(both);

    expect(plan.functions.map(({ action }) => action)).toEqual(['unchanged', 'unchanged']);
    expect(cloud.writes).toEqual([]);
    expect(result.ok).toBe(true);
  });

  it.each(['sha512', 'other'] as const)('updates one function for one changed bundle (digest: %s)', async (digest) => {
    const { cloud, root, deploy } = world({ digest });
    await deploy(both);

    writeArtifact(root, 'two', 'v2');
    const { plan } = await deploy(both);

    expect(plan.functions.map(({ action, code, changes }) => [action, code, changes])).toEqual([
      ['unchanged', false, []],
      ['update', true, ['code']],
    ]);
    const urn = 'urn:fss:cn-north-4:project:function:default:oms-sync-dev-two';
    expect(cloud.writes.map((write) => write.replace(/:v2026[\w-]+/, ':VERSION'))).toEqual([
      `PUT functions/${urn}/code`,
      `POST functions/${urn}/versions`,
      `PUT functions/${urn}:VERSION/async-invoke-config`,
      `PUT functions/${urn}/aliases/live`,
    ]);
    expect((await deploy(both)).plan.functions.map(({ action }) => action)).toEqual(['unchanged', 'unchanged']);
  });

  it('sends the settings that are declared, and no empty variable', async () => {
    const { cloud, deploy } = world();
    await deploy(
      service({ one: fn('one', { initializer: 'index.initializer', executionAgency: 'x', concurrency: 7 }) }),
    );

    const created = JSON.parse(cloud.calls.find(({ method }) => method === 'POST')?.body ?? '{}');
    expect(created).toMatchObject({
      func_name: 'oms-sync-dev-one',
      package: 'default',
      type: 'v2',
      runtime: 'Node.js20.15',
      handler: 'index.handler',
      timeout: 30,
      memory_size: 256,
      xrole: 'oms-sync-dev-one',
      app_xrole: 'x',
      initializer_handler: 'index.initializer',
      initializer_timeout: 10,
      description: 'does one [oms-sync/dev]',
      encrypted_user_data: '{}',
      code_type: 'zip',
    });
    expect(JSON.parse(created.user_data)).toEqual({
      LOG_LEVEL: 'info',
      OMS_REGION: 'cn-north-4',
      SECRET_SAUCE: SECRETS.variable,
    });
    expect(cloud.functions.get('oms-sync-dev-one')?.latest['strategy_config']).toEqual({ concurrency: 7 });
  });

  it('leaves the version before serving where an update fails, at whichever call', async () => {
    const { cloud, root, deploy } = world();
    await deploy(both);
    const before = cloud.functions.get('oms-sync-dev-one')?.aliases.get('live');
    writeArtifact(root, 'one', 'v2');
    const next = service({ ...both.functions, one: fn('one', { events, memorySize: 512 }) });

    for (const refused of [
      /\/code$/,
      /\/config$/,
      /\/versions$/,
      /:v[^/]*\/async-invoke-config$/,
      /\/aliases\/live$/,
    ]) {
      cloud.interference = (_, { method, target: path }) =>
        method !== 'GET' && refused.test(path) ? answerOf(400, { error_code: 'FSS.0400', error_msg: 'no' }) : 'none';
      const { result } = await deploy(next);
      expect(result.ok).toBe(false);
      expect(result.functions).toMatchObject([
        { key: 'one', outcome: 'failed', error: { code: 'FSS.0400' } },
        { key: 'two', outcome: 'unchanged' },
      ]);
      expect(cloud.functions.get('oms-sync-dev-one')?.aliases.get('live')).toEqual(before);
    }
    cloud.interference = () => 'none';
    expect((await deploy(next)).result.ok).toBe(true);
    expect(cloud.functions.get('oms-sync-dev-one')?.aliases.get('live')).not.toEqual(before);
  });

  it('does not stop the others when one function fails, and deletes nothing then', async () => {
    const { cloud, deploy } = world();
    await deploy(service({ ...both.functions, one: fn('one') }));
    cloud.interference = (_, { method, target: path }) =>
      method === 'POST' && path.includes('dev-two') ? answerOf(400, { error_code: 'FSS.0400' }) : 'none';

    const { plan, result } = await deploy(
      service({ one: fn('one', { events }), two: fn('two', { timeout: 60 }) }, {}),
      true,
    );
    expect(plan.functions.map(({ key, action }) => [key, action])).toEqual([
      ['one', 'update'],
      ['two', 'update'],
    ]);
    expect(result.functions.map(({ outcome }) => outcome)).toEqual(['done', 'failed']);

    const pruned = await deploy(service({ two: fn('two', { timeout: 60 }) }), true);
    expect(pruned.plan.functions.map(({ key, action }) => [key, action])).toEqual([
      ['two', 'update'],
      ['one', 'delete'],
    ]);
    expect(pruned.result.functions.map(({ outcome }) => outcome)).toEqual(['failed', 'skipped']);
    expect(cloud.functions.has('oms-sync-dev-one')).toBe(true);
  });

  it('lists what serverless.yml does not have, and deletes it with prune alone', async () => {
    const { cloud, deploy } = world();
    await deploy(both);
    const rest = service({ two: both.functions['two'] ?? fn('two') });

    const listed = await deploy(rest);
    expect(listed.plan.functions.map(({ key, action }) => [key, action])).toEqual([
      ['two', 'unchanged'],
      ['one', 'orphan'],
    ]);
    expect(cloud.writes).toEqual([]);
    const pruned = await deploy(rest, true);
    expect(pruned.plan.functions.at(-1)).toMatchObject({ key: 'one', action: 'delete', triggers: [{}, {}, {}] });
    expect([...cloud.functions.keys()]).toEqual(['oms-sync-dev-two']);
  });

  it('never takes a function of the stage dev-2 for one of the stage dev, or one that somebody made', async () => {
    const { cloud, deploy } = world();
    await deploy(service({ one: fn('one') }, { stage: 'dev-2' }));
    await deploy(both);
    const made = cloud.functions.get('oms-sync-dev-two');
    if (made)
      cloud.functions.set('oms-sync-dev-handmade', { ...made, latest: { ...made.latest, description: 'mine' } });

    const { plan } = await deploy(both, true);

    expect(plan.functions.map(({ key }) => key)).toEqual(['one', 'two']);
    expect(cloud.functions.size).toBe(4);
  });

  it('publishes changed settings on a service that counts changed code alone', async () => {
    const { cloud, deploy } = world({ publishing: 'code', digest: 'other' });
    await deploy(both);
    const next = service({ ...both.functions, one: fn('one', { events, memorySize: 512 }) });

    expect((await deploy(next)).result.ok).toBe(true);
    const one = cloud.functions.get('oms-sync-dev-one');
    const serving = one?.versions.find(({ name }) => name === one.aliases.get('live')?.version);
    expect(serving?.config['memory_size']).toBe(512);
    // The other bytes of the same code are no change.
    expect((await deploy(next)).plan.functions[0]?.action).toBe('unchanged');
    const third = await deploy(service({ ...both.functions, one: fn('one', { events, memorySize: 768 }) }));
    expect(third.plan.functions[0]).toMatchObject({ code: false, changes: ['memorySize'] });
    expect(third.result.ok).toBe(true);
  });

  it('keeps so many versions, and every one that an alias names', async () => {
    const { cloud, root, deploy } = world();
    const config = { ...both, keepVersions: 2 };
    await deploy(config);
    const one = cloud.functions.get('oms-sync-dev-one');
    const first = String(one?.versions[0]?.name);
    for (let version = 2; version <= 6; version += 1) {
      writeArtifact(root, 'one', `v${version}`);
      await deploy(config);
      // Another alias gives part of its traffic to a third version.
      const second = String(one?.versions.at(-1)?.name);
      if (version === 2) one?.aliases.set('canary', { version: first, description: '', weights: { [second]: 0.1 } });
    }

    // Two that the canary names, two that are kept, one that serves.
    expect(one?.versions).toHaveLength(5);
    expect(one?.versions[0]?.name).toBe(first);
    expect(one?.aliases.get('canary')?.version).toBe(first);
    expect(one?.aliases.get('live')?.version).toBe(one?.versions.at(-1)?.name);
    expect(cloud.functions.has('oms-sync-dev-one')).toBe(true);
  });

  it('never deletes a function instead of a version, whatever the service says a version is called', async () => {
    for (const version of ['', 'latest', '../x', '!live', 'a:b', 'a/b']) {
      const { cloud, root, deploy } = world();
      await deploy({ ...both, keepVersions: 0 });
      writeArtifact(root, 'one', 'v2');
      cloud.interference = (_, { target: path }) =>
        /versions\?/.test(path) ? answerOf(200, { versions: [{ version }, { version }] }) : 'none';
      await deploy({ ...both, keepVersions: 0 }).catch(() => undefined);

      expect(
        cloud.writes.filter((write) => write.startsWith('DELETE')),
        version,
      ).toEqual([]);
      expect(cloud.functions.size).toBe(2);
    }
  });

  it('repairs what was changed by hand: a version’s settings, an alias that shares its traffic, a trigger', async () => {
    const { cloud, deploy } = world();
    await deploy(both);
    const one = cloud.functions.get('oms-sync-dev-one');
    const version = one?.versions[0];
    const alias = one?.aliases.get('live');
    if (!one || !version || !alias) throw new Error('not deployed');
    version.config = { ...version.config, memory_size: 4096 };
    alias.weights = { [version.name]: 0.5 };
    one.triggers.splice(0, 1);
    one.triggers.push({ id: 'handmade', qualifier: '!live', type: 'SMN', status: 'ACTIVE', data: { topic_urn: 'x' } });
    one.triggers.push({ id: 'foreign', qualifier: '!live', type: 'CTS', status: 'ACTIVE', data: { name: 'x' } });

    const { plan, result } = await deploy(both);

    expect(plan.functions[0]).toMatchObject({
      action: 'update',
      code: false,
      changes: ['memorySize', 'weights'],
      triggers: [
        { type: 'EVENTGRID', action: 'create' },
        { type: 'TIMER', action: 'unchanged' },
        { type: 'APIG', action: 'unchanged' },
        { type: 'SMN', action: 'delete' },
      ],
    });
    expect(result.ok).toBe(true);
    expect(one.triggers.map(({ type }) => type).sort()).toEqual(['APIG', 'CTS', 'EVENTGRID', 'TIMER']);
    expect(one.aliases.get('live')?.weights).toEqual({});
    expect((await deploy(both)).plan.functions[0]?.action).toBe('unchanged');
  });

  it('replaces code that was changed by hand, though its mark says that it is the old one', async () => {
    const { cloud, deploy } = world({ digest: 'other' });
    await deploy(both);
    const one = cloud.functions.get('oms-sync-dev-one');
    if (!one) throw new Error('not deployed');
    const code = one.code;
    one.code = Buffer.from('edited in the console').toString('base64');
    one.changed = true;

    // The right version serves: nothing to do, until the next change.
    expect((await deploy(both)).plan.functions[0]?.action).toBe('unchanged');
    const next = service({ ...both.functions, one: fn('one', { events, memorySize: 512 }) });
    const { plan } = await deploy(next);
    expect(plan.functions[0]).toMatchObject({ code: true, changes: ['memorySize'] });
    expect(one.code).toBe(code);
  });

  it('finds a trigger again of which the service returns little', async () => {
    const { cloud, deploy } = world({
      unreturned: ['event_types', 'Key_encode', 'agency', 'channel_id', 'auth', 'func_info'],
    });
    await deploy(both);
    cloud.forget();
    expect((await deploy(both)).plan.functions[0]?.action).toBe('unchanged');

    const other = [
      EVENTS.eventgrid('source', ['OBS:DWR:ObjectCreated:COPY']),
      EVENTS.timer(),
      EVENTS.apig('POST', '/redrive', 'APP'),
    ];
    const { plan } = await deploy(service({ ...both.functions, one: fn('one', { events: other }) }));
    expect(plan.functions[0]?.triggers.map(({ action, changes }) => [action, changes])).toEqual([
      ['replace', ['trigger_name']],
      ['unchanged', []],
      ['replace', ['name']],
    ]);
  });

  it('does not deploy again for settings that are not returned of a version, and does for those that are', async () => {
    const unreturnedOfVersions = ['strategy_config', 'func_vpc', 'log_group_id', 'log_stream_id'];
    const settings = (id: string, concurrency: number) =>
      service({
        one: fn('one', {
          concurrency,
          vpc: { vpcId: `vpc-${id}`, subnetId: 'subnet' },
          logs: { groupId: `group-${id}`, streamId: 'stream' },
        }),
      });
    const silent = world({ unreturnedOfVersions });
    await silent.deploy(settings('a', 5));
    expect((await silent.deploy(settings('a', 5))).plan.functions[0]?.action).toBe('unchanged');
    // The version's name decides.
    expect((await silent.deploy(settings('b', 6))).plan.functions[0]).toMatchObject({ changes: ['version'] });
    expect((await silent.deploy(settings('b', 6))).plan.functions[0]?.action).toBe('unchanged');

    const open = world();
    await open.deploy(settings('a', 5));
    const { plan } = await open.deploy(settings('b', 6));
    expect(plan.functions[0]?.changes).toEqual(['concurrency', 'logs', 'vpc']);
  });

  it('creates before it deletes where both may be there, and says what stops where they may not', async () => {
    const { cloud, deploy } = world();
    await deploy(both);
    const other = [
      EVENTS.eventgrid('source', ['OBS:DWR:ObjectCreated:COPY']),
      EVENTS.timer('1h'),
      EVENTS.apig('POST', '/redrive', 'APP'),
    ];

    const { plan } = await deploy(service({ ...both.functions, one: fn('one', { events: other }) }));

    expect(plan.functions[0]?.triggers.map(({ gap }) => gap)).toEqual([
      undefined,
      'the timer tick does not fire for a moment, and its interval begins anew',
      'POST /redrive answers 404 for a moment; and as it is a new API afterwards, apps must be authorized for it again',
    ]);
    expect(cloud.writes.map((write) => write.replace(/ .*live/, ''))).toEqual([
      'POST',
      'DELETE/TIMER/trigger-2',
      'POST',
      'DELETE/APIG/trigger-3',
      'POST',
      'DELETE/EVENTGRID/trigger-1',
    ]);
  });

  it('puts a trigger back whose replacement is refused', async () => {
    const { cloud, deploy } = world();
    await deploy(both);
    const one = cloud.functions.get('oms-sync-dev-one');
    const before = one?.triggers.map(({ type, data }) => [type, data]);
    cloud.interference = (_, { method, body }) =>
      method === 'POST' && body.toString().includes('"1h"') ? answerOf(400, { error_code: 'FSS.1109' }) : 'none';
    const other = [EVENTS.eventgrid(), EVENTS.timer('1h'), EVENTS.apig()];

    const { result } = await deploy(service({ ...both.functions, one: fn('one', { events: other }) }));

    expect(result.functions[0]).toMatchObject({ outcome: 'failed', error: { code: 'FSS.1109' } });
    expect(one?.triggers.map(({ type, data }) => [type, data]).sort()).toEqual(before?.sort());
  });

  it('switches a timer off and on without replacing it', async () => {
    const { cloud, deploy } = world();
    await deploy(both);
    const off = [EVENTS.eventgrid(), EVENTS.timer('15m', false), EVENTS.apig()];

    const { plan } = await deploy(service({ ...both.functions, one: fn('one', { events: off }) }));

    expect(plan.functions[0]?.triggers[1]).toMatchObject({ action: 'update', changes: ['enabled'] });
    expect(cloud.writes).toHaveLength(1);
    expect(cloud.functions.get('oms-sync-dev-one')?.triggers[1]).toMatchObject({ id: 'trigger-2', status: 'DISABLED' });
  });

  it('moves a route from one function to another', async () => {
    const { cloud, deploy } = world();
    await deploy(both);
    const moved = service({
      one: fn('one', { events: [EVENTS.eventgrid(), EVENTS.timer()] }),
      two: fn('two', { encryptedEnvironment: { KEY: SECRETS.encrypted }, events: [EVENTS.apig()] }),
    });

    const { result } = await deploy(moved);

    expect(result.ok).toBe(true);
    expect(cloud.functions.get('oms-sync-dev-two')?.triggers).toMatchObject([{ type: 'APIG' }]);
    expect(cloud.functions.get('oms-sync-dev-one')?.triggers).toHaveLength(2);
  });

  it('says to whom a route belongs that serverless.yml gives to another function', async () => {
    const { deploy } = world();
    await deploy(both);
    const renamed = service({
      two: fn('two', { encryptedEnvironment: { KEY: SECRETS.encrypted }, events: [EVENTS.apig()] }),
    });

    const { result } = await deploy(renamed);
    expect(result.functions[0]?.error?.message).toBe(
      'APIG POST /redrive belongs to oms-sync-dev-one, which serverless.yml does not have: deploy with --prune, which deletes it.',
    );
    expect((await deploy(renamed, true)).result.ok).toBe(true);
  });

  it('replaces ten triggers by ten others, of which the service takes no eleventh', async () => {
    const { cloud, deploy } = world();
    const buckets = (name: string) => Array.from({ length: 10 }, (_, index) => EVENTS.eventgrid(`${name}${index}`));
    await deploy(service({ one: fn('one', { events: buckets('old') }) }));

    const { result } = await deploy(service({ one: fn('one', { events: buckets('new') }) }));

    expect(result.functions.flatMap(({ error }) => error ?? [])).toEqual([]);
    expect(cloud.functions.get('oms-sync-dev-one')?.triggers).toHaveLength(10);
  });

  it('replaces a Kafka trigger whose password changed, once', async () => {
    const { cloud, deploy } = world();
    const vpc = { vpcId: 'v', subnetId: 's' };
    const kafka = (password: string) => service({ one: fn('one', { events: [EVENTS.kafka(password)], vpc }) });
    await deploy(kafka('a'));
    expect((await deploy(kafka('a'))).plan.functions[0]?.action).toBe('unchanged');

    const { plan } = await deploy(kafka('b'));
    expect(plan.functions[0]?.triggers).toMatchObject([{ action: 'replace', changes: ['password'] }]);
    expect(cloud.functions.get('oms-sync-dev-one')?.triggers[0]).toMatchObject({
      status: 'ACTIVE',
      data: { kafka_password: 'b' },
    });
    expect((await deploy(kafka('b'))).plan.functions[0]?.action).toBe('unchanged');
  });

  it('stops between two calls when it is aborted, and goes on from there', async () => {
    const { cloud, root } = world();
    const stop = new AbortController();
    const where = target(cloud);
    const seen: string[] = [];
    const plan = await planDeployment({ config: both, target: where, root });
    cloud.forget();

    const result = await applyPlan(plan, {
      target: where,
      signal: stop.signal,
      concurrency: 1,
      onEvent: ({ type, name, step }) => {
        seen.push([type, name, step].filter((part) => part !== undefined).join(' '));
        if (step === 'alias') stop.abort();
      },
    });

    expect(result).toMatchObject({
      ok: false,
      functions: [{ outcome: 'aborted' }, { key: 'two', outcome: 'skipped' }],
    });
    expect(seen).toEqual([
      'started one',
      'step one create',
      'step one version',
      'step one async',
      'step one alias',
      'failed one',
    ]);
    const again = await planDeployment({ config: both, target: where, root });
    expect((await applyPlan(again, { target: where })).ok).toBe(true);
  });

  it('is not aborted between deleting a trigger and creating its replacement', async () => {
    const { cloud, root, deploy } = world();
    await deploy(both);
    const where = target(cloud, Date.UTC(2026, 11, 1));
    const other = service({
      ...both.functions,
      one: fn('one', { events: [EVENTS.eventgrid(), EVENTS.timer('1h'), EVENTS.apig()] }),
    });
    const plan = await planDeployment({ config: other, target: where, root });
    const stop = new AbortController();
    cloud.interference = (_, { method }) => {
      if (method === 'DELETE') stop.abort();
      return 'none';
    };
    await applyPlan(plan, { target: where, signal: stop.signal });

    expect(stop.signal.aborted).toBe(true);
    const timers = cloud.functions.get('oms-sync-dev-one')?.triggers.filter(({ type }) => type === 'TIMER');
    expect(timers).toMatchObject([{ data: { schedule: '1h' } }]);
  });

  it('is not stopped by whoever watches', async () => {
    const { cloud, root } = world();
    const where = target(cloud);
    const plan = await planDeployment({ config: both, target: where, root });
    const onEvent = () => {
      throw new Error('the terminal is gone');
    };
    expect((await applyPlan(plan, { target: where, onEvent })).ok).toBe(true);
  });

  it('takes no copy of a plan, for what it takes to apply one is not in it', async () => {
    const { cloud, root } = world();
    const where = target(cloud);
    const plan = await planDeployment({ config: both, target: where, root });
    await expect(applyPlan({ ...plan }, { target: where })).rejects.toThrow(TypeError);
    const imagined = await planDeployment({ config: both, target: undefined, root });
    expect(imagined.functions.map(({ action }) => action)).toEqual(['create', 'create']);
    await expect(applyPlan(imagined, { target: where })).rejects.toThrow(TypeError);
  });

  it('deploys one function alone, without looking at the others', async () => {
    const { cloud, root, deploy } = world();
    await deploy(both);
    writeArtifact(root, 'one', 'v2');
    const where = target(cloud, Date.UTC(2026, 11, 1));
    cloud.forget();
    const plan = await planDeployment({ config: both, target: where, root, only: ['one'] });
    expect((await applyPlan(plan, { target: where })).functions).toMatchObject([{ key: 'one', outcome: 'done' }]);
    expect(cloud.calls.every(({ path }) => path.includes('oms-sync-dev-one'))).toBe(true);
    await expect(planDeployment({ config: both, target: where, root, only: ['nobody'] })).rejects.toThrow(
      'serverless.yml has no function nobody; it has one, two',
    );
  });

  it('sends nothing where serverless.yml asks for what the platform does not do, or a zip is missing', async () => {
    const { cloud, root } = world();
    const where = target(cloud);
    const wrong = service({ one: fn('one', { memorySize: 1 }) });
    await expect(planDeployment({ config: wrong, target: where, root })).rejects.toMatchObject({
      name: 'ConfigurationError',
      problems: [expect.stringContaining('functions.one.memorySize is 1 MB')],
    });
    const missing = service({ one: fn('one', { package: { artifact: 'none.zip' } }), two: fn('two') });
    await expect(planDeployment({ config: missing, target: where, root })).rejects.toThrow(
      'functions.one.package.artifact: there is no file none.zip; build it first (npm run build)',
    );
    writeFileSync(join(root, 'text.zip'), 'no zip');
    writeFileSync(join(root, 'empty.zip'), '');
    writeFileSync(join(root, 'large.zip'), Buffer.alloc(50 * 1024 * 1024 + 1));
    for (const [artifact, problem] of [
      ['text.zip', 'text.zip is not a zip'],
      ['empty.zip', 'empty.zip is not a zip'],
      ['large.zip', 'large.zip has 52428801 bytes, the API takes 52428800 at most'],
    ] as const) {
      const config = service({ one: fn('one', { package: { artifact } }) });
      await expect(planDeployment({ config, target: where, root })).rejects.toThrow(problem);
    }
    expect(cloud.calls).toEqual([]);
  });
});
