import { describe, expect, it } from 'vitest';
import { sayResult } from '../../../scripts/cli/invoke/result.ts';
import { describeService } from '../../../scripts/deploy/describe.ts';
import { invokeFunction } from '../../../scripts/deploy/invoke.ts';
import { readLogs } from '../../../scripts/deploy/logs.ts';
import { removeService } from '../../../scripts/deploy/remove.ts';
import { applyRollback, planRollback } from '../../../scripts/deploy/rollback.ts';
import type { RollbackOptions } from '../../../scripts/deploy/types.ts';
import { answerOf, FakeFunctionGraph } from '../../helpers/deploy/fake-functiongraph.ts';
import { StubNetwork } from '../../helpers/deploy/stub-network.ts';
import { target } from '../../helpers/deploy/world.ts';

const place = answerOf(200, { group_id: 'g', stream_id: 's', group_name: 'x' });
const line = (number: number) => ({
  content: `line ${number}`,
  line_num: `${1_700_000_000_000 + number}000001`,
  labels: { appName: 'f' },
});
const selection = { service: 'oms-sync', stage: 'dev', key: 'one' } as const;

describe('readLogs', () => {
  it('asks page after page, and says when each line was printed', async () => {
    const first = Array.from({ length: 1000 }, (_, index) => line(index));
    const network = new StubNetwork(place, answerOf(200, { logs: first }), answerOf(200, { logs: [line(1000)] }));

    const lines = await readLogs({
      ...selection,
      target: target(network),
      from: 5,
      to: 6,
      limit: 5000,
    });

    expect(lines).toHaveLength(1001);
    expect(lines[1000]).toEqual({ time: 1_700_000_001_000, text: 'line 1000' });
    const bodies = network.exchanges.slice(1).map(({ body }) => JSON.parse(body.toString()));
    expect(bodies[0]).toEqual({
      start_time: '5',
      end_time: '6',
      is_desc: false,
      limit: 1000,
      highlight: false,
    });
    expect(bodies[1]).toMatchObject({ line_num: line(999).line_num, search_type: 'forwards' });
    expect(network.exchanges[1]?.target).toBe('/v2/project/groups/g/streams/s/content/query');
    expect(network.exchanges[1]?.headers['host']).toBe('lts.cn-north-4.myhuaweicloud.com');
  });

  it('counts the wanted lines alone, whichever word they hold a part of', async () => {
    const first = Array.from({ length: 1000 }, (_, index) => line(index));
    const network = new StubNetwork(place, answerOf(200, { logs: first }), answerOf(200, { logs: [line(1999)] }));
    const matches = (text: string): boolean => text.includes('999');
    const lines = await readLogs({ ...selection, target: target(network), from: 0, limit: 2, matches });
    expect(lines.map(({ text }) => text)).toEqual(['line 999', 'line 1999']);
  });

  it('ends at the limit, and where the service turns in circles', async () => {
    const endless = new StubNetwork(place, answerOf(200, { logs: Array.from({ length: 1000 }, () => line(1)) }));
    expect(await readLogs({ ...selection, target: target(endless), from: 0, limit: 100_000 })).toHaveLength(2000);
    const limited = new StubNetwork(place, answerOf(200, { logs: [line(1), line(2), line(3)] }));
    expect(await readLogs({ ...selection, target: target(limited), from: 0, limit: 2 })).toHaveLength(2);
  });

  it('takes the time of the label where there is one, and none where nothing tells it', async () => {
    const logs = [
      { content: 'a', labels: { __time__: '1700000000123' } },
      { content: 'b', labels: { __time__: 1_700_000_000_124 } },
      { content: 'c' },
      { content: 'd', line_num: 'x' },
    ];
    const lines = await readLogs({
      ...selection,
      target: target(new StubNetwork(place, answerOf(200, { logs }))),
      from: 0,
    });
    expect(lines.map(({ time }) => time)).toEqual([1_700_000_000_123, 1_700_000_000_124, undefined, undefined]);
  });

  it('says that a function is not deployed', async () => {
    const network = new StubNetwork(answerOf(404, { error_code: 'FSS.1051' }));
    await expect(readLogs({ ...selection, target: target(network), from: 0 })).rejects.toThrow(
      'The function one is not deployed.',
    );
  });
});

describe('invokeFunction', () => {
  it('goes to the alias, is given the function’s own time, and is never sent twice', async () => {
    const config = answerOf(200, { func_urn: 'u', func_name: 'oms-sync-dev-one', timeout: 900 });
    const network = new StubNetwork(config, answerOf(503));

    await expect(invokeFunction({ ...selection, target: target(network), event: { a: 1 } })).rejects.toMatchObject({
      status: 503,
    });
    expect(network.exchanges).toHaveLength(2);
    expect(network.exchanges[1]).toMatchObject({ timeout: 910_000, body: '{"a":1}' });
    expect(network.exchanges[1]?.target).toBe(
      '/v2/project/fgs/functions/urn:fss:cn-north-4:project:function:default:oms-sync-dev-one:!live/invocations',
    );
  });

  it.each([
    [
      { result: '{"a":1}', log: '', request_id: 'r', status: 200 },
      {},
      { result: { a: 1 }, failed: false, log: undefined },
    ],
    [
      { result: 'text', log: 'l', request_id: '', status: 200 },
      {},
      { result: 'text', failed: false, log: 'l', requestId: 'request-1' },
    ],
    [{ result: '{}', log: '', status: 500 }, {}, { failed: true }],
    [{ result: '{}', log: '' }, { 'x-is-func-err': 'true' }, { failed: true }],
    [{ result: '{}', log: '' }, { 'x-func-err-code': '4002' }, { failed: true }],
    [{ other: 1 }, { 'x-func-err-code': '0' }, { result: { other: 1 }, failed: false, requestId: 'request-1' }],
  ])('reads the answer %o with headers %o', async (body, headers, expected) => {
    const answer = answerOf(200, body);
    const network = new StubNetwork({ ...answer, headers: { ...answer.headers, ...headers } });
    const result = await invokeFunction({ ...selection, target: target(network), event: {}, timeout: 1 });
    expect(result).toMatchObject(expected);
  });

  it('reaches a version, another alias, or what was sent last', async () => {
    const aliases = answerOf(200, [{ name: 'canary', version: 'v1', alias_urn: 'urn:fss:x:!canary' }]);
    const reach = async (qualifier: string) => {
      const network = new StubNetwork(aliases, answerOf(202, { request_id: 'r' }));
      const one = qualifier === 'latest' ? new StubNetwork(answerOf(202, { request_id: 'r' })) : network;
      const result = await invokeFunction({ ...selection, target: target(one), event: 1, async: true, qualifier });
      expect(result).toMatchObject({ requestId: 'r', status: 202 });
      return one.exchanges.at(-1)?.target.replace(/^.*functions\//, '');
    };
    expect(await reach('canary')).toBe('urn:fss:x:!canary/invocations-async');
    expect(await reach('v7')).toMatch(/:oms-sync-dev-one:v7\/invocations-async$/);
    expect(await reach('latest')).toMatch(/:oms-sync-dev-one\/invocations-async$/);
  });
});

describe('what a function returned', () => {
  const body = { error_code: 'OmsSync.NotFound' };
  const text = JSON.stringify(body);
  const base64 = Buffer.from(text).toString('base64');
  it.each<[string, unknown, unknown, boolean]>([
    ['an answer of 200', { statusCode: 200, headers: {}, body: text }, { statusCode: 200, headers: {}, body }, false],
    ['an answer of 207', { statusCode: 207, body: '' }, { statusCode: 207, body: '' }, false],
    ['an answer of 400', { statusCode: 400, body: 'no' }, { statusCode: 400, body: 'no' }, true],
    [
      'an answer of 404 in base64',
      { statusCode: 404, body: base64, isBase64Encoded: true },
      { statusCode: 404, body },
      true,
    ],
    ['an answer of 503 without a body', { statusCode: 503 }, { statusCode: 503 }, true],
    [
      'bytes that are no text',
      { statusCode: 200, body: '/w==', isBase64Encoded: true },
      { statusCode: 200, body: '/w==', isBase64Encoded: true },
      false,
    ],
    ['no answer to the gateway', { code: 500, body: text }, { code: 500, body: text }, false],
    ['a text', 'text', 'text', false],
    ['nothing', null, null, false],
  ])('is decoded, and has failed from 400 on: %s', async (_, returned, result, failed) => {
    for (const given of [returned, JSON.stringify(returned)]) {
      const network = new StubNetwork(answerOf(200, { request_id: 'r', status: 200, log: '', result: given }));
      const where = { ...selection, target: target(network), event: {}, timeout: 1000 };
      expect(await invokeFunction(where)).toEqual({ requestId: 'r', status: 200, result, failed, log: undefined });
    }
  });

  it('is printed as its body, and its status beside it', () => {
    const [output, notes]: [string[], string[]] = [[], []];
    const context = { say: (text: string) => output.push(text), note: (text: string) => notes.push(text) };
    sayResult(context, { statusCode: 404, headers: {}, body });
    sayResult(context, { accepted: 1 });
    expect(output).toEqual([JSON.stringify(body, null, 2), '{\n  "accepted": 1\n}']);
    expect(notes).toEqual(['HTTP 404']);
  });
});

/** Looks and acts, as the command does. */
async function rollback(options: RollbackOptions) {
  const plan = await planRollback(options);
  await applyRollback(plan, options);
  return plan.functions.map(({ key, name, from, to }) => ({ key, name, from, to }));
}

describe('rollback', () => {
  it('needs the function to whom a version belongs, and a version that there is', async () => {
    const cloud = new FakeFunctionGraph();
    const where = { service: 'oms-sync', stage: 'dev', target: target(cloud) };
    await expect(rollback({ ...where, to: 'v1' })).rejects.toThrow('A version belongs to one function');
    await expect(rollback({ ...where, only: ['one'], to: 'v1' })).rejects.toThrow(
      'No function one of oms-sync, stage dev, is deployed.',
    );
    const settings = { description: '[oms-sync/dev]' };
    cloud.functions.set('oms-sync-dev-one', {
      latest: settings,
      code: '',
      versions: [
        { name: 'v1', config: settings, code: '', at: 1 },
        { name: 'v2', config: settings, code: '', at: 2 },
      ],
      aliases: new Map([['live', { version: 'v2', description: '', weights: {} }]]),
      asyncConfigs: new Map(),
      triggers: [],
      changed: false,
    });
    await expect(rollback({ ...where, only: ['one'], to: 'v3' })).rejects.toThrow(
      'one has no version v3; it has v2, v1.',
    );
    await expect(rollback({ ...where, only: ['one'], to: 'v2' })).rejects.toThrow('one: version v2 serves already.');
    expect(await rollback(where)).toEqual([{ key: 'one', name: 'oms-sync-dev-one', from: 'v2', to: 'v1' }]);
    expect(await rollback(where)).toEqual([]);
    expect(await rollback({ ...where, only: ['one'], to: 'v2' })).toMatchObject([{ from: 'v1', to: 'v2' }]);
  });

  it('undoes the last deployment where no function is named, and leaves what that did not change', async () => {
    const cloud = new FakeFunctionGraph();
    const where = { service: 'oms-sync', stage: 'dev', target: target(cloud) };
    const settings = { description: '[oms-sync/dev]' };
    const version = (deployed: string, content: string) => `v${deployed}-0000000000-${content.padStart(10, '0')}`;
    const deploy = (key: string, ...versions: readonly string[]): void => {
      cloud.functions.set(`oms-sync-dev-${key}`, {
        latest: settings,
        code: '',
        versions: versions.map((name, at) => ({ name, config: settings, code: '', at })),
        aliases: new Map([['live', { version: versions.at(-1) ?? '', description: '', weights: {} }]]),
        asyncConfigs: new Map(),
        triggers: [],
        changed: false,
      });
    };
    const [first, second, third] = ['20260101-000000', '20260101-000100', '20260201-000000'];
    // The first deployment has no routes, the second has them, the third upgrades two other functions.
    deploy('trigger', version(first, 'a'), version(second, 'b'));
    deploy('redrive', version(first, 'a'), version(second, 'b'), version(third, 'c'));
    deploy('create', version(first, 'a'), version(third, 'c'));
    deploy('new', version(third, 'c'));
    deploy('by-hand', 'v1', 'v2');

    const moved = async () => (await rollback(where)).map(({ key, to }) => [key, to]).sort();
    expect(await moved()).toEqual([
      ['create', version(first, 'a')],
      ['redrive', version(second, 'b')],
    ]);
    // A function without an earlier version keeps the deployment that made it; the others are named.
    expect(await moved()).toEqual([]);
    expect(await rollback({ ...where, only: ['trigger', 'by-hand'] })).toMatchObject([
      { key: 'by-hand', to: 'v1' },
      { key: 'trigger', to: version(first, 'a') },
    ]);
  });
});

describe('the functions of a stage', () => {
  it('are those with its mark: none of the stage dev-2, and none that somebody made', async () => {
    const cloud = new FakeFunctionGraph();
    const made = (description: string) => ({
      latest: { description },
      code: '',
      versions: [],
      aliases: new Map(),
      asyncConfigs: new Map(),
      triggers: [],
      changed: true,
    });
    cloud.functions.set('oms-sync-dev-one', made('mine [oms-sync/dev 0123456789abcdef01234567]'));
    cloud.functions.set('oms-sync-dev-2-one', made('[oms-sync/dev-2]'));
    cloud.functions.set('oms-sync-dev-handmade', made('made by hand'));
    const where = { service: 'oms-sync', stage: 'dev', target: target(cloud) };

    expect((await describeService(where)).functions).toMatchObject([
      { key: 'one', description: 'mine', version: undefined, versions: [], triggers: [] },
    ]);
    await expect(removeService({ ...where, only: ['handmade'] })).rejects.toThrow('No function handmade');
    expect(await removeService(where)).toMatchObject({ ok: true, functions: [{ key: 'one', outcome: 'done' }] });
    expect([...cloud.functions.keys()]).toEqual(['oms-sync-dev-2-one', 'oms-sync-dev-handmade']);
  });
});
