import { describe, expect, it } from 'vitest';
import { type Api, answering, code, FUNCTIONS, startApi, urnOf } from './plane.ts';

const at = (qualifier = ''): string => `${FUNCTIONS}/${urnOf('f', qualifier)}`;
const put = (api: Api, qualifier: string, body: unknown) =>
  api.call('PUT', `${at(qualifier)}/async-invoke-config`, body);
const to = (destination: string, param: unknown) => ({
  destination_config: { on_failure: { destination, param: JSON.stringify(param) } },
});

const FAILING = `exports.handler = async (event, context) => {
  console.log('ran ' + context.getVersion()); throw new Error('never') }`;
const NOTE = 'exports.handler = async (event, context) => { console.log(JSON.stringify(event)) }';

/** `f`, which fails, with the version v1 and its alias live; and `g`, which writes what it gets. */
async function failing(): Promise<Api> {
  const api = await startApi({ retryDelay: () => 0, destinationDelay: () => 1 });
  await api.create('f', { ...code(FAILING), xrole: 'agency' });
  await api.create('g', code(NOTE));
  await api.call('POST', `${at()}/versions`, { version: 'v1' });
  await api.call('POST', `${at()}/aliases`, { name: 'live', version: 'v1' });
  return api;
}

async function attempts(api: Api, qualifier: string): Promise<number> {
  const before = api.logs.filter(({ text }) => text.startsWith('ran')).length;
  const { status } = await api.call('POST', `${at(qualifier)}/invocations-async`, {});
  expect(status).toBe(202);
  await api.fg.idle();
  return api.logs.filter(({ text }) => text.startsWith('ran')).length - before;
}

describe('asynchronous settings', () => {
  it('are set, shown, replaced and deleted', async () => {
    const api = await failing();
    const body = { max_async_retry_attempts: 3, max_async_event_age_in_seconds: 60, enable_async_status_log: true };

    const set = await put(api, '', { ...body, ...to('FunctionGraph', { func_urn: urnOf('g') }) });

    expect(set).toMatchObject({
      status: 200,
      json: {
        func_urn: urnOf('f', ':latest'),
        ...body,
        destination_config: {
          on_failure: { destination: 'FunctionGraph', param: JSON.stringify({ func_urn: urnOf('g') }) },
        },
        created_time: expect.stringMatching(/T.*\+08:00$/),
        last_modified: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      },
    });
    expect((await api.call('GET', `${at()}/async-invoke-config`)).json).toEqual(set.json);
    const replaced = await put(api, '', {});
    expect(replaced.json).toMatchObject({
      max_async_retry_attempts: 1,
      max_async_event_age_in_seconds: 3600,
      destination_config: {},
      created_time: set.json.created_time,
    });
    expect(await api.outcome('DELETE', `${at()}/async-invoke-config`)).toBe('204');
    expect(await api.outcome('GET', `${at()}/async-invoke-config`)).toBe('404 FSS.0404');
    expect(await api.outcome('DELETE', `${at()}/async-invoke-config`)).toBe('404 FSS.0404');
  });

  it('of an alias hold before those of its version, those of latest for latest alone', async () => {
    const api = await failing();
    // The platform's own: one retry.
    expect(await attempts(api, ':!live')).toBe(2);

    await put(api, '', { max_async_retry_attempts: 0 });
    expect([await attempts(api, ''), await attempts(api, ':!live'), await attempts(api, ':v1')]).toEqual([1, 2, 2]);

    await put(api, ':v1', { max_async_retry_attempts: 2 });
    expect([await attempts(api, ''), await attempts(api, ':!live'), await attempts(api, ':v1')]).toEqual([1, 3, 3]);

    await put(api, ':!live', { max_async_retry_attempts: 3 });
    expect([await attempts(api, ''), await attempts(api, ':!live'), await attempts(api, ':v1')]).toEqual([1, 4, 3]);

    await api.call('DELETE', `${at(':!live')}/async-invoke-config`);
    expect(await attempts(api, ':!live')).toBe(3);
  });

  it('are not those of a version that is published later', async () => {
    const api = await failing();
    await put(api, '', { max_async_retry_attempts: 0 });
    await api.call('PUT', `${at()}/code`, code(`${FAILING}//`));
    await api.call('POST', `${at()}/versions`, { version: 'v2' });

    expect(await api.outcome('GET', `${at(':v2')}/async-invoke-config`)).toBe('404 FSS.0404');
    expect(await attempts(api, ':v2')).toBe(2);
  });

  it('bring what fails to a function, with the URN that was invoked', async () => {
    const api = await failing();
    await put(api, ':!live', { max_async_retry_attempts: 0, ...to('FunctionGraph', { func_urn: urnOf('g') }) });

    await api.call('POST', `${at(':!live')}/invocations-async`, { a: 1 });
    await api.fg.idle();

    const [line] = api.logs.filter((line) => line.function === 'g');
    expect(JSON.parse(line?.text ?? '')).toMatchObject({
      request_context: { function_urn: urnOf('f', ':!live'), condition: 'RetriesExhausted' },
      request_payload: { a: 1 },
    });
  });

  it('are listed in pages', async () => {
    const api = await failing();
    for (const qualifier of ['', ':v1', ':!live']) await put(api, qualifier, {});

    const { json } = await api.call('GET', `${at()}/async-invoke-configs?limit=2`);
    const rest = await api.call('GET', `${at()}/async-invoke-configs?marker=2`);

    expect(json).toMatchObject({
      async_invoke_configs: [{ func_urn: urnOf('f', ':latest') }, { func_urn: urnOf('f', ':v1') }],
      count: 3,
      page_info: { next_marker: 2, previous_marker: 0, current_count: 2 },
    });
    expect(rest.json).toMatchObject({ async_invoke_configs: [{ func_urn: urnOf('f', ':!live') }] });
  });

  it('are refused where the service, or this cloud, cannot do it', async () => {
    const api = await failing();
    const cases: readonly (readonly [unknown, string])[] = [
      [{ max_async_retry_attempts: 4 }, '400 FSS.0400'],
      [{ max_async_retry_attempts: -1 }, '400 FSS.0400'],
      [{ max_async_event_age_in_seconds: 0 }, '400 FSS.0400'],
      [{ max_async_event_age_in_seconds: 86_401 }, '400 FSS.0400'],
      [{ enable_async_status_log: 'yes' }, '400 FSS.0400'],
      [to('SMN', { topic_urn: 'u' }), '400 FSS.0400'],
      [to('DIS', { stream_name: 's' }), '400 FSS.0400'],
      [to('EG', {}), '400 FSS.0400'],
      [to('OBS', { bucket: 'b' }), '400 FSS.0400'],
      [to('FunctionGraph', { func_urn: 'g' }), '400 FSS.0400'],
      [to('FunctionGraph', { func_urn: urnOf('f', ':v1') }), '400 FSS.0400'],
      [{ destination_config: { on_failure: { destination: 'FunctionGraph', param: {} } } }, '400 FSS.0400'],
      [{ destination_config: { on_failure: { destination: 'FunctionGraph', param: '{' } } }, '400 FSS.0400'],
      [{ destination_config: { on_success: { destination: 'FunctionGraph', param: '{}' } } }, '400 FSS.0400'],
      [to('FunctionGraph', { func_urn: urnOf('later') }), '200'],
    ];

    for (const [body, expected] of cases)
      expect([body, await api.outcome('PUT', `${at()}/async-invoke-config`, body)]).toEqual([body, expected]);
    // Nobody could write without an agency.
    const g = `${FUNCTIONS}/${urnOf('g')}/async-invoke-config`;
    expect(await api.outcome('PUT', g, to('FunctionGraph', { func_urn: urnOf('f') }))).toBe('403 FSS.1121');
  });

  it('for a bucket are shown as they were sent', async () => {
    const api = await startApi({ objectStore: 'http://127.0.0.1:1' });
    await api.create('f', { xrole: 'agency' });
    const param = { bucket: 'state', prefix: 'failed/', expires: 3 };

    const { json } = await put(api, '', to('OBS', param));

    expect(JSON.parse(json.destination_config.on_failure.param)).toEqual(param);
    expect((await put(api, '', to('OBS', { ...param, expires: 366 }))).status).toBe(400);
    expect((await put(api, '', to('OBS', { prefix: 'failed/' }))).status).toBe(400);
  });
});

describe('what waits for an alias', () => {
  it('runs on the version that it names when its turn comes', async () => {
    const api = await startApi({ asyncConcurrency: 1 });
    await api.create(
      'f',
      code('exports.handler = (e, c) => new Promise((r) => { console.log(c.getVersion()); setTimeout(r, e.wait) })'),
    );
    await api.call('POST', `${at()}/versions`, { version: 'v1' });
    await api.call('POST', `${at()}/aliases`, { name: 'live', version: 'v1' });
    await api.call('POST', `${at(':!live')}/invocations-async`, { wait: 300 });
    await api.call('POST', `${at(':!live')}/invocations-async`, { wait: 0 });
    await api.call(
      'PUT',
      `${at()}/code`,
      code(answering('two').replace('({', '(console.log(context.getVersion()), {')),
    );
    await api.call('POST', `${at()}/versions`, { version: 'v2' });

    await api.call('PUT', `${at()}/aliases/live`, { version: 'v2' });
    await api.fg.idle();

    expect(api.logs.map(({ text }) => text)).toEqual(['v1', 'v2']);
  });

  it('waits for it to come again when it is deleted, and so with the function', async () => {
    let later = 0;
    const api = await startApi({ now: () => Date.now() + later, retryDelay: () => 60_000 });
    await api.create('f', { ...code(FAILING), xrole: 'agency' });
    await api.call('POST', `${at()}/aliases`, { name: 'live', version: 'latest' });
    await api.call('POST', `${at(':!live')}/invocations-async`, {});
    await expect.poll(() => api.fg.stats().async.retried, { interval: 5, timeout: 10_000 }).toBe(1);

    expect(await api.outcome('DELETE', at())).toBe('204');
    later = 61_000;
    await api.fg.idle();
    expect(api.fg.stats().async).toMatchObject({ waiting: 1, failed: 0 });

    await api.create('f', code(answering('again')));
    await api.fg.idle();
    expect(api.fg.stats().async).toMatchObject({ waiting: 1 });
    await api.call('POST', `${at()}/aliases`, { name: 'live', version: 'latest' });
    await api.fg.idle();
    expect(api.fg.stats().async).toMatchObject({ waiting: 0, succeeded: 1 });
  });

  it('waits while the function is disabled, then runs, and does not hold up the end', async () => {
    const api = await startApi();
    await api.create('f', code('exports.handler = async (e, c) => { console.log(c.getVersion() + e.n) }'));
    const instances = (max_instance_num: number) =>
      api.call('PUT', `${at()}/config-max-instance`, { max_instance_num });
    await instances(0);
    for (const n of [1, 2]) await api.call('POST', `${at()}/invocations-async`, { n });
    await expect.poll(() => api.fg.stats().async.running, { interval: 5, timeout: 10_000 }).toBe(2);

    await instances(0);
    expect(api.fg.stats().async).toMatchObject({ running: 2, failed: 0 });
    await instances(5);
    await api.fg.idle();
    expect(api.logs.map(({ text }) => text).sort()).toEqual(['latest1', 'latest2']);

    await instances(0);
    await api.call('POST', `${at()}/invocations-async`, { n: 3 });
    await expect.poll(() => api.fg.stats().async.running, { interval: 5, timeout: 10_000 }).toBe(1);
    await api.fg.close();
    expect(api.fg.stats().async).toMatchObject({ failed: 0 });
  });
});
