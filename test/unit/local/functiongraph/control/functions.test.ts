import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PROJECT_ID, send } from '../../../../contract/functiongraph/start.ts';
import { answering, base64, code, config, creation, FUNCTIONS, signed, startApi, urnOf, zipOf } from './plane.ts';

const SHA = (content: Uint8Array): string => createHash('sha512').update(content).digest('hex');

describe('a function', () => {
  it('is created, shown and invoked under its URN', async () => {
    const { create, call, run1 } = await startApi();

    const created = await create('f', {
      description: 'one',
      user_data: '{"PLAIN":"value"}',
      encrypted_user_data: '{"HIDDEN":"secret-value"}',
      xrole: 'agency',
      initializer_handler: 'index.initializer',
      initializer_timeout: 7,
    });
    const shown = await call('GET', `${FUNCTIONS}/${urnOf('f')}/config`);

    expect([created.status, shown.status]).toEqual([200, 200]);
    expect(shown.json).toEqual(created.json);
    expect(created.json).toMatchObject({
      func_urn: urnOf('f', ':latest'),
      func_name: 'f',
      package: 'default',
      runtime: 'Node.js20.15',
      timeout: 30,
      handler: 'index.handler',
      memory_size: 128,
      code_type: 'zip',
      code_filename: 'index.zip',
      code_size: zipOf(answering('one')).length,
      digest: SHA(zipOf(answering('one'))),
      user_data: '{"PLAIN":"value"}',
      description: 'one',
      xrole: 'agency',
      version: 'latest',
      namespace: PROJECT_ID,
      project_name: 'cn-north-4',
      initializer_handler: 'index.initializer',
      initializer_timeout: 7,
      strategy_config: { concurrency: -1, concurrent_num: 1 },
      last_modified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/),
    });
    expect(await run1(urnOf('f'))).toMatchObject({ errorMessage: expect.stringContaining('initializer') });
  });

  it('has its variables, the encrypted ones too, and no answer shows those', async () => {
    const { create, call, run1, logs } = await startApi();
    const reading =
      'exports.handler = async (e, context) => context.getUserData("PLAIN") + context.getUserData("HIDDEN").length';
    await create('f', {
      ...code(reading),
      user_data: '{"PLAIN":"value"}',
      encrypted_user_data: '{"HIDDEN":"secret-value"}',
    });
    const answers = [
      await call('GET', `${FUNCTIONS}/${urnOf('f')}/config`),
      await call('GET', `${FUNCTIONS}/${urnOf('f')}/code`),
      await call('GET', FUNCTIONS),
      await call('POST', `${FUNCTIONS}/${urnOf('f')}/versions`, {}),
      await call('GET', `${FUNCTIONS}/${urnOf('f')}/versions`),
      await call('PUT', `${FUNCTIONS}/${urnOf('f')}/config-max-instance`, { max_instance_num: 3 }),
      await call(
        'PUT',
        `${FUNCTIONS}/${urnOf('f')}/config`,
        config('f', { user_data: '{"PLAIN":"value"}', encrypted_user_data: '{"HIDDEN":"secret-value"}' }),
      ),
    ];

    expect(await run1(urnOf('f'))).toBeUndefined();
    expect((await call('POST', `${FUNCTIONS}/${urnOf('f')}/invocations`, {})).text).toBe('value12');
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    for (const { text } of answers) {
      expect(text).not.toContain('secret-value');
      expect(text).not.toContain('HIDDEN');
      expect(text).not.toContain('encrypted');
    }
    expect(JSON.stringify(logs)).not.toContain('secret-value');
  });

  it('shows its code as it was sent', async () => {
    const { create, call } = await startApi();
    const zip = zipOf(answering('one'));
    await create('f', { func_code: { file: base64(zip) } });

    const { json } = await call('GET', `${FUNCTIONS}/${urnOf('f')}/code`);

    expect(Buffer.from(json.func_code.file, 'base64').equals(zip)).toBe(true);
    expect(json).toMatchObject({ func_urn: urnOf('f', ':latest'), digest: SHA(zip), code_size: zip.length });
  });

  it('may be inline code', async () => {
    const { create, call, run1 } = await startApi();
    const source = answering('inline');

    const created = await create('f', {
      code_type: 'inline',
      code_filename: 'index.js',
      func_code: { file: Buffer.from(source).toString('base64') },
    });

    expect(created.json).toMatchObject({ code_type: 'inline', digest: SHA(Buffer.from(source)) });
    expect(await run1(urnOf('f'))).toMatchObject({ text: 'inline' });
    const shown = await call('GET', `${FUNCTIONS}/${urnOf('f')}/code`);
    expect(Buffer.from(shown.json.func_code.file, 'base64').toString()).toBe(source);
  });

  it('is one of its name', async () => {
    const { create, outcome } = await startApi();
    await create('f');

    expect(await outcome('POST', FUNCTIONS, creation('f', { description: 'other' }))).toBe('409 FSS.1061');
    const both = await Promise.all([1, 2].map(() => outcome('POST', FUNCTIONS, creation('g'))));
    expect(both.sort()).toEqual(['200', '409 FSS.1061']);
  });

  it('gets new code and new settings, and keeps what was not changed', async () => {
    const { create, call, run1 } = await startApi();
    await create('f', { description: 'before' });

    const updated = await call('PUT', `${FUNCTIONS}/${urnOf('f')}/code`, code(answering('two')));
    expect(updated.json).toMatchObject({ digest: SHA(zipOf(answering('two'))), description: 'before' });
    expect(await run1(urnOf('f'))).toMatchObject({ text: 'two' });

    const configured = await call('PUT', `${FUNCTIONS}/${urnOf('f')}/config`, config('f', { timeout: 9 }));
    expect(configured.json).toMatchObject({
      digest: SHA(zipOf(answering('two'))),
      timeout: 9,
      // Absent fields are empty.
      description: '',
    });
    expect(await run1(urnOf('f'))).toMatchObject({ text: 'two' });
  });

  it('refuses the code that it has', async () => {
    const { create, outcome } = await startApi();
    await create('f');

    expect(await outcome('PUT', `${FUNCTIONS}/${urnOf('f')}/code`, code(answering('one')))).toBe('409 FSS.0409');
    const both = await Promise.all(
      [1, 2].map(() => outcome('PUT', `${FUNCTIONS}/${urnOf('f')}/code`, code(answering('two')))),
    );
    expect(both.sort()).toEqual(['200', '409 FSS.0409']);
  });

  it('keeps the number of its instances when it is configured without one', async () => {
    const { create, call } = await startApi();
    await create('f', { strategy_config: { concurrency: 5 } });

    const limited = await call('PUT', `${FUNCTIONS}/${urnOf('f')}/config-max-instance`, { max_instance_num: 2 });
    const configured = await call('PUT', `${FUNCTIONS}/${urnOf('f')}/config`, config('f'));

    expect(limited.json.strategy_config).toEqual({ concurrency: 2, concurrent_num: 1 });
    expect(configured.json.strategy_config).toEqual({ concurrency: 2, concurrent_num: 1 });
  });

  it('keeps the place of its log when it is configured without one', async () => {
    const { create, call } = await startApi();
    const place = (group: string) => ({ log_config: { group_id: group, stream_id: `${group}-stream` } });
    await create('f', place('one'));
    const configured = await call('PUT', `${FUNCTIONS}/${urnOf('f')}/config`, config('f', { timeout: 9 }));
    expect(configured.json).toMatchObject({ log_group_id: 'one', log_stream_id: 'one-stream' });

    const moved = await call('PUT', `${FUNCTIONS}/${urnOf('f')}/config`, config('f', place('two')));
    expect(moved.json).toMatchObject({ log_group_id: 'two', log_stream_id: 'two-stream' });
  });

  it.each([
    [{}, ''],
    [{ xrole: 'a' }, 'a'],
    [{ app_xrole: 'b' }, 'b'],
    [{ xrole: 'a', app_xrole: 'b' }, 'b'],
  ])('with %j has the rights of the agency "%s"', async (agencies, expected) => {
    const { create, call, accounts } = await startApi();
    await create('f', { ...code('exports.handler = async (e, c) => c.getSecurityAccessKey()'), ...agencies });

    const { text } = await call('POST', `${FUNCTIONS}/${urnOf('f')}/invocations`, {});

    expect(text === '' ? '' : accounts.find(text)?.agency).toBe(expected);
  });

  it('is disabled by 0 instances', async () => {
    const { create, call, outcome } = await startApi();
    await create('f');
    await call('PUT', `${FUNCTIONS}/${urnOf('f')}/config-max-instance`, { max_instance_num: 0 });

    expect(await outcome('POST', `${FUNCTIONS}/${urnOf('f')}/invocations`, {})).toBe('429 FSS.0429');
  });

  it('is gone when it is deleted, and its name is free', async () => {
    const { create, outcome } = await startApi();
    await create('f');
    await outcome('POST', `${FUNCTIONS}/${urnOf('f')}/versions`, { version: 'v1' });

    expect(await outcome('DELETE', `${FUNCTIONS}/${urnOf('f')}`)).toBe('204');

    for (const [method, path, body] of [
      ['GET', `${urnOf('f')}/config`, undefined],
      ['GET', `${urnOf('f')}/code`, undefined],
      ['PUT', `${urnOf('f')}/code`, code('')],
      ['PUT', `${urnOf('f')}/config`, config('f')],
      ['DELETE', urnOf('f'), undefined],
      ['POST', `${urnOf('f')}/invocations`, {}],
      ['POST', `${urnOf('f')}/invocations-async`, {}],
      ['GET', `${urnOf('f')}/versions`, undefined],
      ['GET', `${urnOf('f')}/aliases`, undefined],
      ['GET', `${urnOf('f')}/async-invoke-config`, undefined],
    ] as const)
      expect([path, await outcome(method, `${FUNCTIONS}/${path}`, body)]).toEqual([path, '404 FSS.1051']);
    expect(await outcome('POST', FUNCTIONS, creation('f'))).toBe('200');
  });
});

describe('a running request', () => {
  const WAIT = `exports.handler = (event, context) => new Promise((resolve) => {
    console.log('started'); setTimeout(resolve, event.wait, 'TEXT') })`;

  it.each([
    ['new code', 'PUT', '/code', code(WAIT.replace('TEXT', 'new'))],
    ['new settings', 'PUT', '/config', config('f', { timeout: 40 })],
    ['another number of instances', 'PUT', '/config-max-instance', { max_instance_num: 1 }],
    ['the end of its function', 'DELETE', '', undefined],
  ])('is not disturbed by %s', async (_, method, path, body) => {
    const { create, call, fg, logs } = await startApi();
    await create('f', code(WAIT.replace('TEXT', 'old')));
    const running = call('POST', `${FUNCTIONS}/${urnOf('f')}/invocations`, { wait: 300 });
    await expect.poll(() => logs.some(({ text }) => text === 'started'), { interval: 5, timeout: 10_000 }).toBe(true);

    const changed = await call(method, `${FUNCTIONS}/${urnOf('f')}${path}`, body);

    expect(changed.status).toBeLessThan(300);
    expect(await running).toMatchObject({ status: 200, text: 'old' });
    await expect.poll(() => fg.stats().functions['f']?.instances ?? 0, { timeout: 10_000 }).toBe(0);
  });
});

describe('the list of functions', () => {
  it('comes in pages, in the order of names', async () => {
    const { create, call } = await startApi();
    for (const name of ['b', 'c', 'a-one', 'a-two']) await create(name);
    await create('other', { package: 'group' });
    const names = async (query: string): Promise<unknown[]> => {
      const { json } = await call('GET', `${FUNCTIONS}${query}`);
      return [json.functions.map((fn: { func_name: string }) => fn.func_name).join(), json.next_marker, json.count];
    };

    expect(await names('')).toEqual(['a-one,a-two,b,c,other', 5, 5]);
    expect(await names('?maxitems=2')).toEqual(['a-one,a-two', 2, 5]);
    expect(await names('?marker=2&maxitems=2')).toEqual(['b,c', 4, 5]);
    expect(await names('?marker=4&maxitems=2')).toEqual(['other', 5, 5]);
    expect(await names('?marker=9')).toEqual(['', 5, 5]);
    expect(await names('?maxitems=0')).toEqual(['a-one,a-two,b,c,other', 5, 5]);
    expect(await names('?maxitems=1000')).toEqual(['a-one,a-two,b,c,other', 5, 5]);
    expect(await names('?func_name=a-')).toEqual(['a-one,a-two', 2, 2]);
    expect(await names('?package_name=group')).toEqual(['other', 1, 1]);
  });

  it.each(['maxitems=-1', 'maxitems=x', 'marker=-1', 'marker=1.5'])('refuses %s', async (query) => {
    const { outcome } = await startApi();

    expect(await outcome('GET', `${FUNCTIONS}?${query}`)).toBe('400 FSS.1001');
  });
});

describe('a request', () => {
  it('needs a signature, or a token, of the project', async () => {
    const tokens = { has: (token: string) => token === 'good' };
    const { fg, create } = await startApi({ tokens });
    await create('f');
    const status = async (headers: Record<string, string>, path = FUNCTIONS): Promise<unknown[]> => {
      const { status, json } = await send('GET', fg.url, path, { headers });
      return [status, json.error_code];
    };

    expect(await status({})).toEqual([401, 'APIGW.0301']);
    expect(await status(signed(fg.url, 'GET', FUNCTIONS, '', 'wrong'))).toEqual([401, 'APIGW.0301']);
    expect(await status({ 'x-auth-token': 'bad' })).toEqual([401, 'APIGW.0301']);
    expect(await status({ 'x-auth-token': 'good' })).toEqual([200, undefined]);
    const other = '/v2/other/fgs/functions';
    expect(await status(signed(fg.url, 'GET', other, ''), other)).toEqual([403, 'FSS.0403']);
    expect(await status({ 'x-auth-token': 'good' }, other)).toEqual([403, 'FSS.0403']);
    // A token does not help a wrong signature.
    const wrong = { ...signed(fg.url, 'GET', FUNCTIONS, '', 'wrong'), 'x-auth-token': 'good' };
    expect(await status(wrong)).toEqual([401, 'APIGW.0301']);
  });

  it.each([
    ['no URN', 'nonsense', '400 FSS.1309'],
    ['another project', urnOf('f').replace(PROJECT_ID, 'other'), '404 FSS.1051'],
    ['another region', urnOf('f').replace('cn-north-4', 'cn-east-3'), '404 FSS.1051'],
    ['another group', urnOf('f').replace('default', 'group'), '404 FSS.1051'],
    ['an unknown version', urnOf('f', ':v9'), '404 FSS.1052'],
    ['an unknown alias', urnOf('f', ':!live'), '404 FSS.1053'],
    ['an alias without its mark', urnOf('f', ':live'), '404 FSS.1052'],
    ['latest', urnOf('f', ':latest'), '200'],
    ['a percent-encoded URN', encodeURIComponent(urnOf('f')), '200'],
  ])('for %s', async (_, urn, expected) => {
    const { create, outcome } = await startApi();
    await create('f');

    expect(await outcome('GET', `${FUNCTIONS}/${urn}/config`)).toBe(expected);
  });

  it('that is no API is 404, with another method 405', async () => {
    const { call } = await startApi();

    expect((await call('GET', '/v2/other')).json).toMatchObject({ error_code: 'FSS.0404' });
    const { status, headers } = await call('PATCH', FUNCTIONS);
    expect([status, headers['allow']?.toString().split(', ').sort()]).toEqual([405, ['GET', 'POST']]);
  });
});

it('quotas say what is used', async () => {
  const { create, call } = await startApi();
  await create('f');
  await create('g');

  const { json } = await call('GET', `/v2/${PROJECT_ID}/fgs/quotas`);

  expect(json.quotas.resources).toContainEqual({ type: 'fgs_func_num', quota: 400, used: 2 });
  expect(json.quotas.resources).toContainEqual({ type: 'fgs_func_code_size', quota: 10_240, used: 1, unit: 'MB' });
});
