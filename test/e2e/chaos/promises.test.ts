import { describe, expect, it } from 'vitest';
import { compileSubject, type RunResult, simulateScenario } from '../../../scripts/chaos/simulate.ts';
import { tellStory } from '../../../scripts/chaos/story.ts';
import type { Rule } from '../../../scripts/chaos/world/ledger.ts';
import { drawScenario, type Scenario } from '../../../scripts/chaos/world/scenario.ts';

/**
 * A small function of our own in place of the real one: reads one-object events, calls OMS once per object, and may do
 * one thing wrong. What the simulation says of it shows that each rule can be broken, and that none is broken for nothing.
 */
function program(wrong: string, redrive = 'async () => ({})'): ReturnType<typeof compileSubject> {
  const onObjectCreated = `
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
    const OBS = 'oms-sync-state.obs.cn-north-4.myhuaweicloud.com';
    exports.handler = async (event, context) => {
      const routes = JSON.parse(context.getUserData('ROUTES'));
      const { bucket, object } = event.data.obs;
      const key = decodeURIComponent(object.key.replaceAll('+', ' '));
      const path = (task) => '/v2/' + context.getProjectID() + '/sync-tasks/' + encodeURIComponent(task) + '/events';
      const submit = (task, name) => send('POST', OMS, path(task), JSON.stringify({ object_keys: [name] }), context);
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
  return compileSubject({ onObjectCreated, redrive: `exports.handler = ${redrive};` });
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
      platform: { ...scenario.platform, killProbability: 0, maxRetries: 1, timeout: 60 },
      ...changes,
    };
  }
}

const run = (wrong: string, changes: Partial<Scenario> = {}, redrive?: string): Promise<RunResult> =>
  simulateScenario(calm(changes), program(wrong, redrive), { trace: true });

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
      const https = require('node:https');
      const access = 'SDK Access=x, Credential=' + context.getSecurityAccessKey() + '/x';
      const ask = (method, path) => new Promise((resolve) => {
        const request = https.request({ host: 'oms-sync-state.obs.cn-north-4.myhuaweicloud.com', method, path, headers: { authorization: access } });
        request.on('response', (response) => {
          let text = '';
          response.on('data', (chunk) => { text += chunk; });
          response.on('end', () => resolve(text));
        });
        request.end();
      });
      const names = (await ask('GET', '/?list-type=2')).match(/<Key>[^<]+/g) ?? [];
      for (const name of names) await ask('DELETE', '/' + name.slice(5));
    }`;
    const found = rules(await run(`throw new Error('no');`, {}, redrive));
    expect(found).toContain('lost');
    expect(found).toContain('false deletion');
  });

  it('tell "crash" of a bundle that cannot be loaded', async () => {
    const programs = compileSubject({ onObjectCreated: 'throw new Error("at load");', redrive: undefined });
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
