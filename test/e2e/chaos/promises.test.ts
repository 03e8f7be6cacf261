import { describe, expect, it } from 'vitest';
import type { ListingLie } from '../../../scripts/chaos/cloud/listing.ts';
import { compileSubject, type RunResult, simulateScenario } from '../../../scripts/chaos/simulate.ts';
import { tellStory } from '../../../scripts/chaos/story.ts';
import type { CopyFate } from '../../../scripts/chaos/world/reconciling.ts';
import type { Rule } from '../../../scripts/chaos/world/rules.ts';
import { drawScenario, type Scenario } from '../../../scripts/chaos/world/scenario.ts';

/** Calls of the small functions below. */
const CALLS = `
    const https = require('node:https');
    const send = (method, host, path, body, context, extra = {}) => new Promise((resolve, reject) => {
      const access = context.getSecurityAccessKey();
      const date = new Date().toISOString().replace(/[-:]|\\.\\d+/g, '');
      const headers = { host, 'x-sdk-date': date, authorization: 'SDK Access=' + access + ', Credential=' + access + '/x', ...extra };
      const request = https.request({ host, method, path, headers });
      request.on('error', reject);
      request.on('response', (response) => {
        let text = '';
        response.on('data', (chunk) => { text += chunk; });
        response.on('end', () => resolve({ status: response.statusCode, text }));
      });
      request.end(body);
    });
    const encode = (key) => encodeURIComponent(key).replace(/[!'()*]/g, (char) => '%' + char.charCodeAt(0).toString(16));
    const OMS = 'oms.cn-north-4.myhuaweicloud.com';
    const hostOf = (bucket) => bucket + '.obs.cn-north-4.myhuaweicloud.com';
    const OBS = hostOf('oms-sync-state');
    const path = (task, context) => '/v2/' + context.getProjectID() + '/sync-tasks/' + encodeURIComponent(task) + '/events';
    const submit = (task, name, context) => send('POST', OMS, path(task, context), JSON.stringify({ object_keys: [name] }), context);
    const keysOf = async (bucket, context) =>
      ((await send('GET', hostOf(bucket), '/?list-type=2&encoding-type=url', '', context)).text.match(/<Key>[^<]+/g) ?? [])
        .map((key) => decodeURIComponent(key.slice(5)));`;

/**
 * A small function of our own in place of the real one: reads one-object events, calls OMS once per object, and may do
 * one thing wrong. What the simulation says of it shows that each rule can be broken, and that none is broken for nothing.
 */
function program(wrong: string, redrive = 'async () => ({})', reconcile?: string): ReturnType<typeof compileSubject> {
  const onObjectCreated = `${CALLS}
    exports.handler = async (event, context) => {
      const routes = JSON.parse(context.getUserData('ROUTES'));
      const { bucket, object } = event.data.obs;
      const key = decodeURIComponent(object.key.replaceAll('+', ' '));
      const submit = (task, name) => send('POST', OMS, path(task, context), JSON.stringify({ object_keys: [name] }), context);
      const letter = (name, body) => send('PUT', OBS, '/' + name, JSON.stringify(body), context);
      let accepted = 0;
      for (const { sync_task_id: task, source } of routes.filter((route) => route.source.bucket === bucket.name)) {
        if (!key.startsWith(source.prefix ?? '')) continue;
        ${wrong}
        const { status } = await submit(task, encode(key));
        if (status !== 200) throw new Error('OMS answered ' + status);
        accepted += 1;
      }
      return { accepted };
    };`;
  return compileSubject({
    onObjectCreated,
    redrive: `${CALLS} exports.handler = ${redrive};`,
    ...(reconcile !== undefined && { reconcile: `${CALLS} exports.handler = ${reconcile};` }),
  });
}

/** A reconcile that compares names, submits what is missing and says what it found; it may do one thing wrong. */
function reconcile(wrong = ''): string {
  return `async (event, context) => {
    const routes = [];
    for (const [index, { sync_task_id: task, source }] of JSON.parse(context.getUserData('ROUTES')).entries()) {
      const report = (name, body) => send('PUT', OBS, '/reconcile/route-' + index + '/' + name, JSON.stringify(body), context);
      const id = context.getRequestID();
      await report('checkpoint.json', { id });
      const there = new Set(await keysOf('destination-' + index, context));
      const wanted = (await keysOf(source.bucket, context)).filter((key) => key.startsWith(source.prefix ?? ''));
      let missing = wanted.filter((key) => !there.has(key));
      let converged = missing.length === 0;
      ${wrong}
      for (const key of missing) await submit(task, encode(key), context);
      await report('latest.json', { id, converged });
      routes.push({ route: 'route-' + index, outcome: 'completed', converged });
    }
    return { routes };
  }`;
}

/** A run in which nothing goes wrong by itself: one source, one event per object. */
function calm(changes: Partial<Scenario> = {}): Scenario {
  for (let seed = 1; ; seed += 1) {
    const scenario = drawScenario(seed);
    const isSimple =
      scenario.wishes.length === 2 &&
      scenario.wishes.every(({ tasks }) => tasks.length === 1) &&
      scenario.uploads.length > 5;
    if (
      !isSimple ||
      scenario.taskChanges.length > 0 ||
      scenario.uploads.some(({ source }) => source.encoding === 'raw')
    )
      continue;
    return {
      ...scenario,
      deliveries: scenario.uploads.map((upload) => ({
        times: [upload.time + 100],
        shape: 'cloudevent',
        encoding: 'form',
        mentions: [upload],
      })),
      deployments: scenario.deployments.slice(0, 1),
      refused: new Set(),
      windows: [],
      rotations: [],
      redriveTimers: [],
      redriveByHand: [],
      plants: [],
      clockSteps: [],
      healsBy: 'hand',
      reconciling: undefined,
      store: { conditions: false, pageSize: 1000, checksClock: false },
      platform: { ...scenario.platform, killProbability: 0, maxRetries: 1, timeout: 60 },
      ...changes,
    };
  }
}

const run = (wrong: string, changes: Partial<Scenario> = {}, redrive?: string): Promise<RunResult> =>
  simulateScenario(calm(changes), program(wrong, redrive), { trace: true });

/** One fate for all objects of the calm run. */
function everyFate(fate: CopyFate): ReadonlyMap<string, CopyFate> {
  return new Map(calm().uploads.map(({ bucket, key }) => [`${bucket}/${key}`, fate]));
}

const rules = (result: RunResult): Rule[] => result.violations.map(({ rule }) => rule);

describe('the books of a simulated run', () => {
  it('find nothing wrong where nothing is', async () => {
    const result = await run('');
    expect(result.violations, tellStory(result)).toEqual([]);
    expect(result.counts['accepted']).toBeGreaterThan(5);
  });

  it.each<[Rule, string, string]>([
    ['false success', 'that does nothing and says that it is done', 'continue;'],
    ['lost', 'that does nothing and says that it is done', 'continue;'],
    [
      'wrong key',
      'that sends a bare plus for a space',
      `await submit(task, encode(key).replaceAll('%20', '+') + '+');`,
    ],
    ['wrong key', 'that sends a key that nobody uploaded', `await submit(task, encode(key + '.bak'));`],
    ['wrong key', 'that encodes twice', `await submit(task, encode(encode(key)) + '%2525');`],
    ['false count', 'that counts what was not accepted', 'accepted += 1;'],
    ['work left behind', 'that does not wait for its call', 'submit(task, encode(key)); accepted += 1; continue;'],
    [
      'too many calls',
      'that repeats a call without end',
      'for (let i = 0; i < 200; i += 1) await submit(task, encode(key));',
    ],
    [
      'condemned',
      'that writes off what OMS would accept',
      `await letter('dead-letters/' + object.eTag, { kind: 'keys', code: 'OmsSync.KeyRefused', sync_task_id: task, keys: [{ bucket: bucket.name, key }] });`,
    ],
    ['secret told', 'that logs a secret', 'console.log(context.getSecuritySecretKey());'],
    [
      'secret told',
      'that writes a secret into a document',
      `await letter('dead-letters/x', { event, t: context.getSecurityToken() });`,
    ],
    ['secret told', 'that logs who it is', 'console.log(context.getSecurityAccessKey());'],
    ['broken line', 'that logs a key as it is', 'console.log(\'{"level":"info","key":"\\n\' + key + \'"}\');'],
    ['broken line', 'that logs what is no JSON', "console.log('hello');"],
  ])('tell "%s" of a function %s', async (rule, _what, wrong) => {
    expect(rules(await run(wrong))).toContain(rule);
  });

  it('tell "wrong task" of a function that sends every object to every task', async () => {
    const result = await run(`for (const other of routes) await submit(other.sync_task_id, encode(key));`);
    expect(rules(result)).toContain('wrong task');
  });

  it('tell "too fast" of a function that calls OMS more often than it may', async () => {
    const scenario = calm();
    const { time = 0 } = scenario.uploads.at(-1) ?? {};
    // All at once, so that one instance has all of them.
    const deliveries = scenario.deliveries.map((each) => ({ ...each, times: [time + 100] }));
    const platform = { ...scenario.platform, instances: 1 };
    const wrong = `for (let i = 0; i < 9; i += 1) await submit(task, encode(key + (i === 8 ? '' : i)));`;
    expect(rules(await run(wrong, { deliveries, platform, callsPerSecond: 2 }))).toContain('too fast');
    const wait = 'await new Promise((resolve) => setTimeout(resolve, 500));';
    const result = await run(wait, { deliveries, platform, callsPerSecond: 2 });
    expect(result.violations, tellStory(result)).toEqual([]);
  });

  it('tell "not healed" of a redrive that does nothing', async () => {
    expect(rules(await run(`throw new Error('no');`))).toEqual(expect.arrayContaining(['not healed']));
  });

  it('tell "lost" and "false deletion" of a redrive that deletes documents without submitting them', async () => {
    const redrive = `async (event, context) => {
      for (const name of await keysOf('oms-sync-state', context)) await send('DELETE', OBS, '/' + name, '', context);
    }`;
    const found = rules(await run(`throw new Error('no');`, {}, redrive));
    expect(found).toContain('lost');
    expect(found).toContain('false deletion');
  });

  it.each<[Rule, string, string]>([
    ['stuck', 'that fails', `async () => { throw new Error('no'); }`],
    ['stuck', 'that stops before it has done anything', `async () => ({ stopped: 'deadline' })`],
    [
      'does not end',
      'that asks for pages for ever',
      `async (event, context) => { for (;;) await keysOf('oms-sync-state', context); }`,
    ],
  ])('tell "%s" of a redrive %s', async (rule, _what, redrive) => {
    const scenario = calm();
    const platform = { ...scenario.platform, redriveTimeout: 3_600 };
    expect(rules(await run('', { platform }, redrive))).toContain(rule);
  });

  describe('where reconcile runs', () => {
    const plan: NonNullable<Scenario['reconciling']> = {
      timers: [],
      timeout: 60,
      grace: 60_000,
      modes: ['FULL_OVERWRITE', 'FULL_OVERWRITE'],
      longestCopy: 500,
      fates: new Map(),
      ahead: new Set(),
      multipart: new Set(),
      damages: [],
    };
    /** Every notification is lost, so that reconcile alone can find the objects. */
    const mirrored = (wrong: string, changes: Partial<typeof plan> = {}, lie?: ListingLie): Promise<RunResult> => {
      const { deliveries, start, healed } = calm();
      const scenario = calm({
        deliveries: deliveries.map((each) => ({ ...each, times: [] })),
        windows: lie ? [{ from: start, to: healed, listings: { of: 'source', lie, probability: 1 } }] : [],
        reconciling: { ...plan, timers: [healed - 1_000], ...changes },
      });
      return simulateScenario(scenario, program('', undefined, reconcile(wrong)), { trace: true });
    };

    it('find nothing wrong where nothing is', async () => {
      const result = await mirrored('');
      expect(result.violations, tellStory(result)).toEqual([]);
      expect(result.counts).toMatchObject({ copies: expect.any(Number), converged: expect.any(Number) });
      expect(result.counts['converged']).toBeGreaterThan(0);
    });

    it.each<[Rule, string, string, Partial<typeof plan>]>([
      ['false convergence', 'that says so whatever is missing', 'converged = true;', {}],
      ['false convergence', 'that does not look at sizes', '', { fates: everyFate('other size') }],
      ['submitted for ever', 'that has no memory', '', { fates: everyFate('never') }],
      ['not reconciled', 'that submits nothing', 'missing = [];', {}],
      ['not reconciled', 'that is never content', 'converged = false;', {}],
      ['not reconciled', 'that never comes to its end', `routes.push({ outcome: 'continues' }); continue;`, {}],
      ['stuck', 'that fails', `throw new Error('no');`, {}],
    ])('tell "%s" of a reconcile %s', async (rule, _what, wrong, changes) => {
      expect(rules(await mirrored(wrong, changes))).toContain(rule);
    });

    it('excuse a page that left out what is missing, for nobody could tell, and none that ends too early', async () => {
      const dropped = await mirrored('', {}, 'drops');
      expect(dropped.violations, tellStory(dropped)).toEqual([]);
      expect(rules(await mirrored('missing = missing.slice(0, 1); converged = true;', {}, 'ends early'))).toContain(
        'false convergence',
      );
    });
  });

  it('tell "crash" of a bundle that cannot be loaded', async () => {
    const programs = compileSubject({ onObjectCreated: 'throw new Error("at load");' });
    expect(rules(await simulateScenario(calm(), programs))).toContain('crash');
  });

  it('tell "wrong place" of a function that leaves what cannot be cured to the failure destination', async () => {
    const scenario = calm();
    const refused = new Set(
      scenario.uploads.flatMap(({ key }) =>
        scenario.wishes.flatMap(({ tasks }) => tasks.map((task) => `${task}/${key}`)),
      ),
    );
    expect(rules(await run('', { refused }))).toContain('wrong place');
  });

  it('excuse what was not notified, and nothing else', async () => {
    const scenario = calm();
    const [first, ...others] = scenario.deliveries;
    if (!first) throw new Error('a run without deliveries');
    const result = await run('', { deliveries: [{ ...first, times: [] }, ...others] });
    expect(result.violations, tellStory(result)).toEqual([]);
    const dropped = await run(`if (object.eTag === '${others[0]?.mentions[0]?.marker}') continue;`);
    expect(rules(dropped)).toContain('false success');
  });

  it('count what the failure destination could not take, by itself', async () => {
    const { start, healed } = calm();
    const down = { from: start, to: healed, destinationDown: true as const };
    const result = await run(`throw new Error('no');`, { windows: [down] });
    expect(result.violations, tellStory(result)).toEqual([]);
    expect(result.counts['undeliverable']).toBeGreaterThan(5);
  });

  it('tell the history of the object, and how to see it again', async () => {
    const result = await run(`if (key.length % 2 === 0) continue;`);
    const story = tellStory(result);
    expect(story).toContain(`seed ${result.seed} broke a promise: false success`);
    expect(story).toMatch(/uploaded ".*" to source-0/);
    expect(story).toContain(`replay: npm run chaos -- --seed ${result.seed} --trace`);
    expect(story).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});
