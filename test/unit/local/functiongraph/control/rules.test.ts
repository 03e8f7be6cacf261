import { describe, expect, it } from 'vitest';
import { send } from '../../../../contract/functiongraph/start.ts';
import { base64, code, config, creation, FUNCTIONS, signed, startApi, urnOf, zipOf } from './plane.ts';

const text = (variables: unknown): string => JSON.stringify(variables);
const many = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`A${n}`, '']));
const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

const F = `${FUNCTIONS}/${urnOf('f')}`;

/** Settings that the service refuses, and how; each one refused when a function is created. */
const REFUSED: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ['func_name is missing', { func_name: undefined }, '400 FSS.1002'],
  ['func_name is null', { func_name: null }, '400 FSS.1002'],
  ['func_name begins with a digit', { func_name: '1f' }, '400 FSS.1002'],
  ['func_name ends with a hyphen', { func_name: 'f-' }, '400 FSS.1002'],
  ['func_name is a path', { func_name: '../f' }, '400 FSS.1002'],
  ['func_name has 61 characters', { func_name: 'f'.repeat(61) }, '400 FSS.1002'],
  ['func_name is a number', { func_name: 7 }, '400 FSS.1002'],
  ['package is missing', { package: undefined }, '400 FSS.1004'],
  ['package is a path', { package: 'a/b' }, '400 FSS.1004'],
  ['runtime is missing', { runtime: undefined }, '400 FSS.1005'],
  ['runtime is unknown', { runtime: 'Node.js22.0' }, '400 FSS.1005'],
  ['runtime is one that cannot run here', { runtime: 'Python3.9' }, '400 FSS.1005'],
  ['handler is missing', { handler: undefined }, '400 FSS.1003'],
  ['handler has no dot', { handler: 'handler' }, '400 FSS.1003'],
  ['handler begins with a dot', { handler: '.handler' }, '400 FSS.1003'],
  ['memory_size is missing', { memory_size: undefined }, '400 FSS.1007'],
  ['memory_size is between two sizes', { memory_size: 200 }, '400 FSS.1007'],
  ['memory_size is a text', { memory_size: '128' }, '400 FSS.1007'],
  ['timeout is missing', { timeout: undefined }, '400 FSS.1008'],
  ['timeout is below 3 seconds', { timeout: 2 }, '400 FSS.1008'],
  ['timeout is above 259200 seconds', { timeout: 259_201 }, '400 FSS.1008'],
  ['timeout is no integer', { timeout: 3.5 }, '400 FSS.1008'],
  ['description has 513 characters', { description: 'd'.repeat(513) }, '400 FSS.1019'],
  ['user_data is an object', { user_data: { A: 'b' } }, '400 FSS.1009'],
  ['user_data is no JSON', { user_data: 'A=b' }, '400 FSS.1009'],
  ['user_data is a list', { user_data: '["A"]' }, '400 FSS.1009'],
  ['user_data is null inside', { user_data: 'null' }, '400 FSS.1009'],
  ['user_data holds a number', { user_data: '{"A":1}' }, '400 FSS.1009'],
  ['user_data has an invalid name', { user_data: '{"1A":""}' }, '400 FSS.1009'],
  ['user_data has the name __proto__', { user_data: '{"__proto__":"x"}' }, '400 FSS.1009'],
  ['user_data has a reserved name', { user_data: '{"RUNTIME_CPU":"1"}' }, '400 FSS.1009'],
  ['user_data has 21 entries', { user_data: text(many) }, '400 FSS.1017'],
  ['user_data has 4097 characters', { user_data: text({ AA: 'v'.repeat(4095) }) }, '400 FSS.1018'],
  ['encrypted_user_data is an object', { encrypted_user_data: { A: 'b' } }, '400 FSS.1009'],
  ['encrypted_user_data has 21 entries', { encrypted_user_data: text(many) }, '400 FSS.1017'],
  ['encrypted_user_data has 4097 characters', { encrypted_user_data: text({ A: 'v'.repeat(4096) }) }, '400 FSS.1018'],
  ['a name is in both', { user_data: '{"A":""}', encrypted_user_data: '{"A":""}' }, '400 FSS.1009'],
  ['initializer_handler has no dot', { initializer_handler: 'init' }, '400 FSS.0400'],
  ['initializer_timeout is 0', { initializer_timeout: 0 }, '400 FSS.0400'],
  ['initializer_timeout is 301', { initializer_timeout: 301 }, '400 FSS.0400'],
  ['xrole is no text', { xrole: {} }, '400 FSS.0400'],
  ['concurrency is -2', { strategy_config: { concurrency: -2 } }, '400 FSS.1026'],
  ['concurrency is 1001', { strategy_config: { concurrency: 1001 } }, '400 FSS.1026'],
  ['concurrent_num is 2', { strategy_config: { concurrent_num: 2 } }, '400 FSS.1026'],
  ['strategy_config is a list', { strategy_config: [] }, '400 FSS.1026'],
  ['a dependency is wanted', { depend_version_list: ['id'] }, '404 FSS.1056'],
  ['a disk is wanted', { mount_config: {} }, '404 FSS.1050'],
  ['an image is wanted', { custom_image: {} }, '400 FSS.1035'],
  ['a field is nested too deeply', { func_vpc: JSON.parse(deep(50)) }, '400 FSS.0400'],
  ['log_config is a text', { log_config: 'group' }, '400 FSS.0400'],
];

const REFUSED_CODE: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ['code_type is missing', { code_type: undefined }, '400 FSS.1006'],
  ['code_type is unknown', { code_type: 'tar' }, '400 FSS.1006'],
  ['code_filename is missing', { code_filename: undefined }, '400 FSS.0400'],
  ['func_code is missing', { func_code: undefined }, '400 FSS.1012'],
  ['func_code is a text', { func_code: 'UEs=' }, '400 FSS.1012'],
  ['func_code has no file', { func_code: {} }, '400 FSS.1012'],
  ['the file is empty', { func_code: { file: '' } }, '400 FSS.1012'],
  ['the file is no base64', { func_code: { file: 'exports.handler' } }, '400 FSS.1011'],
  ['the file is no zip', { func_code: { file: base64(Buffer.from('no zip')) } }, '400 FSS.1011'],
  ['the zip is damaged', { func_code: { file: base64(zipOf('x'.repeat(100)).subarray(0, 60)) } }, '400 FSS.1011'],
  [
    'the inline code is too large',
    { code_type: 'inline', code_filename: 'index.js', func_code: { file: base64(Buffer.alloc(10_241)) } },
    '413 FSS.1072',
  ],
  [
    'the inline file leaves its folder',
    { code_type: 'inline', code_filename: '../a.js', func_code: { file: base64(Buffer.from('1')) } },
    '400 FSS.1013',
  ],
  ['code_url is missing', { code_type: 'obs', code_url: '' }, '400 FSS.1010'],
  ['code_url is no address', { code_type: 'obs', code_url: 'bucket/code.zip' }, '400 FSS.1010'],
];

/** Runs each case, one after the other. */
async function inOrder<C extends readonly [string, ...unknown[]]>(
  cases: readonly C[],
  work: (value: C, index: number) => Promise<string>,
): Promise<[string, string][]> {
  const outcomes: [string, string][] = [];
  for (const [index, value] of cases.entries()) outcomes.push([value[0], await work(value, index)]);
  return outcomes;
}

describe('a function', () => {
  it('is not created where a rule of the service forbids it', async () => {
    const api = await startApi();
    const cases = [...REFUSED, ...REFUSED_CODE];

    const outcomes = await inOrder(cases, ([, changes]) => api.outcome('POST', FUNCTIONS, creation('f', changes)));

    expect(outcomes).toEqual(cases.map(([what, , expected]) => [what, expected]));
    expect((await api.call('GET', FUNCTIONS)).json.count).toBe(0);
  });

  it('is not configured where a rule of the service forbids it, and stays as it is', async () => {
    const api = await startApi();
    await api.create('f');
    const before = (await api.call('GET', `${F}/config`)).json;
    const cases = REFUSED.filter(([what]) => !what.startsWith('package'));

    const outcomes = await inOrder(cases, ([, changes]) => api.outcome('PUT', `${F}/config`, config('f', changes)));

    expect(outcomes).toEqual(cases.map(([what, , expected]) => [what, expected]));
    expect((await api.call('GET', `${F}/config`)).json).toEqual(before);
  });

  it('gets no code that a rule of the service forbids', async () => {
    const api = await startApi();
    await api.create('f');

    const outcomes = await inOrder(REFUSED_CODE, ([, changes]) =>
      api.outcome('PUT', `${F}/code`, { ...code('other'), ...changes }),
    );

    expect(outcomes).toEqual(REFUSED_CODE.map(([what, , expected]) => [what, expected]));
  });

  it('is created where the rules of the service allow it', async () => {
    const api = await startApi();
    const cases: readonly (readonly [string, Record<string, unknown>])[] = [
      ['20 variables', { user_data: text(Object.fromEntries(Object.entries(many).slice(1))) }],
      ['4096 characters of variables', { user_data: text({ A: 'v'.repeat(4095) }) }],
      ['empty texts', { user_data: '', encrypted_user_data: '', xrole: '', initializer_handler: '', description: '' }],
      ['nulls', { user_data: null, encrypted_user_data: null, xrole: null, strategy_config: null, log_config: null }],
      ['a handler in a folder', { handler: 'lib/index.handler' }],
      ['the shortest timeout', { timeout: 3 }],
      ['the longest timeout', { timeout: 259_200 }],
      ['the most memory', { memory_size: 10_240 }],
      ['no limit', { strategy_config: { concurrency: -1, concurrent_num: 1 } }],
      ['unknown fields', { something_new: { a: [1] } }],
      ['a name of 60 characters', { func_name: 'f'.repeat(60) }],
      ['no dependency', { depend_version_list: [] }],
    ];

    const outcomes = await inOrder(cases, ([, changes], index) =>
      api.outcome('POST', FUNCTIONS, creation(`f${index}`, changes)),
    );

    expect(outcomes).toEqual(cases.map(([what]) => [what, '200']));
  });

  it('cannot be renamed', async () => {
    const api = await startApi();
    await api.create('f');

    expect(await api.outcome('PUT', `${FUNCTIONS}/${urnOf('f')}/config`, config('g'))).toBe('400 FSS.1002');
  });

  it('shows the fields that nothing depends on as they were sent', async () => {
    const api = await startApi();
    const others = { func_vpc: { vpc_id: 'v', subnet_id: 's' }, enable_dynamic_memory: false, type: 'v1' };

    expect((await api.create('f', { ...others, unknown: 1 })).json).toMatchObject(others);
    const { json } = await api.call('GET', `${FUNCTIONS}/${urnOf('f')}/config`);
    expect(json).toMatchObject(others);
    expect(json).not.toHaveProperty('unknown');
  });

  it('cannot overwrite what the service says of it', async () => {
    const api = await startApi();

    const { json } = await api.create('f', { func_urn: 'urn:other', domain_id: 'mine', digest: 'x', version: 'v9' });

    expect(json).toMatchObject({ func_urn: urnOf('f', ':latest'), version: 'latest' });
    expect(json.domain_id).not.toBe('mine');
  });
});

const OPERATIONS = [
  ['POST', FUNCTIONS],
  ['PUT', `${F}/code`],
  ['PUT', `${F}/config`],
  ['PUT', `${F}/config-max-instance`],
  ['POST', `${F}/versions`],
  ['POST', `${F}/aliases`],
  ['PUT', `${F}/aliases/live`],
  ['PUT', `${F}/async-invoke-config`],
] as const;

describe('a malformed body', () => {
  const BODIES: readonly [string, string, string?][] = [
    ['no JSON', '{"a":', '406 FSS.0406'],
    ['a list', '[]'],
    ['a text', '"text"'],
    ['a number', '1'],
    [
      'wrong types everywhere',
      text(
        Object.fromEntries(
          Object.keys(creation('f'))
            .concat('name', 'version', 'max_instance_num', 'max_async_retry_attempts', 'destination_config')
            .map((name) => [name, [[]]]),
        ),
      ),
    ],
    [
      'objects everywhere',
      text(
        Object.fromEntries(
          Object.keys(creation('f'))
            .concat('name', 'version', 'max_instance_num', 'max_async_retry_attempts')
            .map((name) => [name, { toString: 1 }]),
        ),
      ),
    ],
    ['deeply nested', deep(100_000)],
    ['half a surrogate', '{"func_name":"\\ud800","name":"\\ud800","version":"\\ud800"}'],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1')],
  ];

  it.each(OPERATIONS)('of %s %s is refused with 4xx, never with 500', async (method, path) => {
    const api = await startApi();
    await api.create('f');
    await api.call('POST', `${F}/aliases`, { name: 'live', version: 'latest' });
    for (const [what, body, expected] of BODIES) {
      const { status, json, text: answer } = await api.call(method, path, body);
      expect([what, status, json?.error_code]).toEqual([
        what,
        // Where no field is mandatory, an object with none that is known is fine.
        expected === undefined
          ? status === 200
            ? 200
            : expect.toSatisfy((s: number) => s >= 400 && s < 500)
          : Number(expected.slice(0, 3)),
        status === 200 ? undefined : (expected?.slice(4) ?? expect.stringMatching(/^FSS\.\d{4}$/)),
      ]);
      expect(answer).not.toMatch(/\bat .*:\d+:\d+|node:internal|\/work\//);
      if (status !== 200) expect(json).toMatchObject({ error_msg: expect.any(String), request_id: expect.any(String) });
    }
    expect(api.logs.filter(({ text: line }) => line.startsWith('api:'))).toEqual([]);
  });

  it('that is too large is refused before it is read to its end', async () => {
    const api = await startApi();
    const body = `"${'x'.repeat(1 << 20)}"`;
    const headers = signed(api.fg.url, 'PUT', `${F}/config`, body);

    const { status, json } = await send('PUT', api.fg.url, `${F}/config`, { body, headers });

    expect([status, json.error_code]).toEqual([413, 'FSS.0413']);
  });
});

it('a refusal holds no value of a variable', async () => {
  const api = await startApi();
  const secret = 'very-secret';
  const bodies = [
    { encrypted_user_data: text({ A: secret, '1': secret }) },
    { encrypted_user_data: text({ [secret]: 'A', 'very secret': secret }) },
    { encrypted_user_data: `{"A": "${secret}"` },
    { encrypted_user_data: text([secret]) },
    { encrypted_user_data: { A: secret } },
    { encrypted_user_data: text({ A: { B: secret } }) },
    { encrypted_user_data: text({ A: secret.repeat(400) }) },
    { user_data: text({ 'very-secret': 'x' }) },
  ];
  for (const changes of bodies) {
    const { status, text: answer } = await api.create('f', changes);
    expect(status).toBe(400);
    expect(answer).not.toContain(secret);
  }
  expect(JSON.stringify(api.logs)).not.toContain(secret);
});
