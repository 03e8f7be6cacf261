import { request } from '../../../scripts/local/request.ts';
import { type AgencyCloud, DESTINATION, SOURCE, STATE, STOPPED_SOURCE } from './cloud.ts';
import { ensure, type Scenario } from './tasks.ts';

const TIME = '2026-09-30T03:24:43.160Z';
const ALWAYS = { probability: 1 } as const;

export const notification = (key: string, bucket = SOURCE) => ({
  Records: [
    {
      eventName: 'ObjectCreated:Put',
      eventTime: new Date().toISOString(),
      s3: { bucket: { name: bucket }, object: { key, size: 1, sequencer: '1' } },
    },
  ],
});
/** OMS refuses this key in whatever company. */
const refused = (key: string) => ({ fault: 'status', status: 400, operation: 'CreateSyncEvents', key, every: 1 });

async function run({ fg }: AgencyCloud, key: string, event: unknown): Promise<Record<string, unknown>> {
  const result = await fg.invoke(key, event);
  if (result.outcome !== 'success') throw new Error(`${key} ended with ${result.outcome}`);
  return JSON.parse(result.payload);
}

/** An asynchronous invocation that fails for good leaves a document, which FunctionGraph writes. */
async function failsInto(cloud: AgencyCloud, key: string, event: unknown): Promise<void> {
  await cloud.fg.invoke(key, event, { async: true });
  await cloud.fg.idle();
  await cloud.setStoreFaults();
  ensure((await cloud.names(STATE, `failed-invocations/${key}/`)).length === 1, `${key} leaves a failed invocation`);
}

const letters = (cloud: AgencyCloud, prefix = 'dead-letters/') => cloud.names(STATE, prefix);

/** Leaves a dead letter behind that names the key, as the trigger writes it; `again` refuses it still. */
export async function bury(cloud: AgencyCloud, key: string, again = false): Promise<string> {
  cloud.oms.setFaults({ seed: 1, rules: [refused(key)] });
  await run(cloud, 'on-object-created', notification(key));
  if (!again) cloud.oms.setFaults(undefined);
  const [name = ''] = await letters(cloud);
  return name;
}

/** The dead letter with as many attempts that the next one is the last. */
async function wearOut(cloud: AgencyCloud, name: string): Promise<void> {
  const letter = JSON.parse(await cloud.read(STATE, name)) as object;
  await cloud.put(STATE, name, JSON.stringify({ ...letter, attempts: 9 }));
}

/** A request over HTTP that starts a run, whose report ends in `reports`. */
async function starts(cloud: AgencyCloud, key: string, reports: string): Promise<void> {
  const headers = { 'x-apig-appcode': 'app-code' };
  const { status, body } = await request('POST', `${cloud.fg.gatewayUrl}/${key}`, { headers, body: '{}' });
  ensure(status === 202 || body.includes('functiongraph:function:invokeAsync'), `${key} names the right it needs`);
  ensure(status === 202, `${key} accepts a run`);
  await cloud.fg.idle();
  ensure((await cloud.names(STATE, reports)).length > 0, `${key} runs`);
}

export const EVENT_SCENARIOS = {
  trigger: [
    {
      needs: /:createEvent$/,
      run: async (cloud) => {
        const { keys } = cloud.oms.stats();
        await run(cloud, 'on-object-created', notification('a'));
        ensure(cloud.oms.stats().keys === keys + 1, 'OMS got the key');
      },
    },
    {
      needs: /dead-letters/,
      run: async (cloud) => {
        await run(cloud, 'on-object-created', notification('a', 'not-in-any-route'));
        ensure((await letters(cloud)).length === 1, 'there is a dead letter');
      },
    },
    {
      needs: /:get$/,
      run: async (cloud) => {
        // OMS says something about the key: that the task is stopped is what it says only when it is asked.
        await cloud.forget('on-object-created');
        cloud.oms.setFaults({ seed: 1, rules: [refused('a')] });
        const result = await cloud.fg.invoke('on-object-created', notification('a', STOPPED_SOURCE));
        ensure(result.outcome === 'error', 'the invocation fails, so that it is tried again');
        ensure((await letters(cloud)).length === 0, 'the key is not blamed');
      },
    },
    {
      needs: /HeadBucket|failed-invocations/,
      run: async (cloud) => {
        cloud.oms.setFaults({
          seed: 1,
          rules: [{ fault: 'status', status: 503, operation: 'CreateSyncEvents', ...ALWAYS }],
        });
        await failsInto(cloud, 'on-object-created', notification('a'));
      },
    },
  ],
  redrive: [
    { needs: /invokeAsync/, run: (cloud) => starts(cloud, 'redrive', 'redrive/last.json') },
    {
      needs: /:createEvent$|ListBucket|(Get|Delete)Object .*dead-letters|PutObject .*state\/redrive/,
      run: async (cloud) => {
        await bury(cloud, 'a');
        const { keys } = cloud.oms.stats();
        await run(cloud, 'redrive', {});
        ensure(cloud.oms.stats().keys === keys + 1, 'OMS got the key');
        ensure((await letters(cloud)).length === 0, 'the dead letter is gone');
        ensure((await cloud.names(STATE, 'redrive/')).length === 2, 'there is a report');
      },
    },
    {
      needs: /(Get|Delete)Object .*failed-invocations/,
      run: async (cloud) => {
        const record = { request_context: { request_id: '1' }, request_payload: notification('a') };
        await cloud.put(STATE, 'failed-invocations/on-object-created/1.json', JSON.stringify(record));
        await run(cloud, 'redrive', {});
        ensure((await cloud.names(STATE, 'failed-invocations/')).length === 0, 'the failed invocation is gone');
      },
    },
    {
      needs: /PutObject .*dead-letters/,
      run: async (cloud) => {
        const name = await bury(cloud, 'a', true);
        await run(cloud, 'redrive', {});
        const { attempts } = JSON.parse(await cloud.read(STATE, name)) as { attempts: number };
        ensure(attempts === 2, 'the dead letter counts the attempt');
      },
    },
    {
      needs: /:get$/,
      run: async (cloud) => {
        await cloud.forget('redrive');
        const name = await bury(cloud, 'a', true);
        const letter = (await cloud.read(STATE, name)).replaceAll(SOURCE, STOPPED_SOURCE);
        await cloud.put(STATE, name, letter.replaceAll(cloud.taskId, cloud.stoppedTaskId));
        await run(cloud, 'redrive', {});
        const { attempts } = JSON.parse(await cloud.read(STATE, name)) as { attempts: number };
        ensure(attempts === 1, 'a key of a stopped task is not blamed');
      },
    },
    {
      needs: /parked/,
      run: async (cloud) => {
        await wearOut(cloud, await bury(cloud, 'a', true));
        await run(cloud, 'redrive', {});
        ensure((await letters(cloud, 'parked/')).length === 1, 'the dead letter is parked');
        cloud.oms.setFaults(undefined);
        await run(cloud, 'redrive', { parked: true });
        ensure((await letters(cloud, 'parked/')).length === 0, 'the parked letter is gone');
      },
    },
    {
      needs: /last\.json/,
      run: async (cloud) => {
        const folder = 'failed-invocations/on-object-created';
        for (const name of ['1', '2']) {
          const record = { request_context: { request_id: name }, request_payload: notification(name) };
          await cloud.put(STATE, `${folder}/${name}.json`, JSON.stringify(record));
        }
        const position = { source: 'failed_invocation', name: `${folder}/1.json` };
        await cloud.put(
          STATE,
          'redrive/last.json',
          JSON.stringify({ caller: 'timer', options: { limit: 1 }, position }),
        );
        const timer = { version: 'v2.0', time: TIME, trigger_type: 'TIMER', trigger_name: 'redrive' };
        await run(cloud, 'redrive', { ...timer, user_event: '{"limit":1}' });
        const left = await cloud.names(STATE, folder);
        ensure(left.length === 1 && left[0]?.endsWith('1.json') === true, 'the run goes on where the last one stopped');
      },
    },
    {
      needs: /HeadBucket|PutObject .*failed-invocations/,
      run: async (cloud) => {
        await cloud.setStoreFaults({
          fault: 'status',
          status: 403,
          operation: 'ListObjects',
          bucket: STATE,
          ...ALWAYS,
        });
        await failsInto(cloud, 'redrive', {});
      },
    },
  ],
  reconcile: [
    { needs: /invokeAsync/, run: (cloud) => starts(cloud, 'reconcile', 'reconcile/') },
    {
      needs: /oms:|ListBucket|state\/reconcile/,
      run: async (cloud) => {
        await cloud.put(SOURCE, 'missing', 'content');
        const { routes } = (await run(cloud, 'reconcile', {})) as { routes: { outcome: string; accepted: number }[] };
        ensure(routes[0]?.outcome === 'completed' && routes[0].accepted === 1, 'the missing object was submitted');
        await cloud.oms.idle();
        ensure((await cloud.names(DESTINATION)).includes('missing'), 'the missing object was copied');
        ensure(!(await cloud.names(STATE)).includes('reconcile/photos/lease.json'), 'the lease was given back');
        const report = JSON.parse(await cloud.read(STATE, 'reconcile/photos/latest.json'));
        ensure(report.rules.assumed === false, 'OMS was asked for the rules of the task');
      },
    },
    {
      needs: /dead-letters|parked/,
      run: async (cloud) => {
        await run(cloud, 'reconcile', {});
        await bury(cloud, 'lost', true);
        await bury(cloud, 'parked', true);
        for (const key of ['lost', 'parked']) await cloud.put(SOURCE, key, 'content');
        const [first = '', second = ''] = await letters(cloud);
        await cloud.put(STATE, second.replace('dead-letters/', 'parked/'), await cloud.read(STATE, second));
        await cloud.put(STATE, second, '{}');
        ensure(first !== '' && second !== '', 'there are two dead letters');
        await run(cloud, 'reconcile', {});
        const { loss } = JSON.parse(await cloud.read(STATE, 'reconcile/photos/latest.json'));
        ensure(loss.explained === 2, `both dead letters were read: ${JSON.stringify(loss)}`);
      },
    },
    {
      needs: /HeadBucket|failed-invocations/,
      run: async (cloud) => {
        await cloud.setStoreFaults({ fault: 'status', status: 403, operation: 'GetObject', bucket: STATE, ...ALWAYS });
        await failsInto(cloud, 'reconcile', {});
      },
    },
  ],
} as const satisfies Record<string, readonly Scenario[]>;
