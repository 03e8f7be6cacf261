import { describe, expect, it } from 'vitest';
import type { Answer } from '#shared/http/transport.ts';
import { FunctionGraphClient } from '../../../../scripts/deploy/client/functiongraph.ts';
import { answerOf } from '../../../helpers/deploy/fake-functiongraph.ts';
import { broken, type Outcome, StubNetwork } from '../../../helpers/deploy/stub-network.ts';
import { target } from '../../../helpers/deploy/world.ts';

const URN = 'urn:fss:cn-north-4:project:function:default:f';
const refusal = (status: number, code: string) => answerOf(status, { error_code: code, error_msg: 'no' });
const clientOf = (...outcomes: readonly Outcome[]) => {
  const network = new StubNetwork(...outcomes);
  return { network, client: new FunctionGraphClient(target(network)) };
};
const page = (from: number, count: number, more: object = {}): Answer =>
  answerOf(200, {
    functions: Array.from({ length: count }, (_, index) => ({
      func_urn: 'u',
      func_name: `f${from + index}`,
      package: 'default',
    })),
    ...more,
  });

describe('the client', () => {
  it('reads a list to its end, whatever a page says of it', async () => {
    const marked = clientOf(
      page(0, 100, { next_marker: 100, count: 100 }),
      page(100, 20, { next_marker: 120, count: 120 }),
    );
    expect(await marked.client.listFunctions()).toHaveLength(120);
    expect(marked.network.exchanges.map(({ target: path }) => path.split('?')[1])).toEqual([
      'marker=0&maxitems=100',
      'marker=100&maxitems=100',
    ]);
    // Smaller pages than were asked for.
    const small = clientOf(page(0, 50, { next_marker: 50 }), page(50, 1, { next_marker: 51 }), page(51, 0));
    expect(await small.client.listFunctions()).toHaveLength(51);
    const bare = clientOf(page(0, 3));
    expect(await bare.client.listFunctions()).toHaveLength(3);
    const circle = clientOf(page(0, 3, { next_marker: 0 }));
    expect(await circle.client.listFunctions()).toHaveLength(3);
  });

  it('does not follow a list without an end', async () => {
    let marker = 0;
    const { client, network } = clientOf(() => {
      marker += 100;
      return page(marker, 100, { next_marker: marker });
    });
    await expect(client.listFunctions()).rejects.toThrow('ListFunctions: the answer is a list without an end');
    expect(network.exchanges).toHaveLength(100);
  });

  it('leaves functions of other packages out', async () => {
    const functions = [
      { func_urn: 'u', func_name: 'b', package: 'default' },
      { func_urn: 'u', func_name: 'a', package: null },
      { func_urn: 'u', func_name: 'c', package: 'other' },
    ];
    const { client } = clientOf(answerOf(200, { functions }));
    expect((await client.listFunctions()).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('takes 404 and nothing else for missing', async () => {
    expect(await clientOf(refusal(404, 'FSS.1051')).client.showConfig(URN)).toBeUndefined();
    expect(await clientOf(refusal(404, 'FSS.1051')).client.listVersions(URN)).toEqual([]);
    expect(await clientOf(refusal(404, 'FSS.1051')).client.listTriggers(URN)).toEqual([]);
    for (const status of [400, 401, 403, 500])
      await expect(clientOf(refusal(status, 'FSS.0403')).client.showConfig(URN)).rejects.toMatchObject({ status });
  });

  it.each<[string, unknown, string]>([
    ['text', 'text', 'ShowFunctionConfig: the answer has unusable fields: the whole'],
    ['another function’s', { func_urn: 'u', func_name: '../x' }, 'has unusable fields: func_name'],
    ['numbers as text', { func_urn: 'u', func_name: 'f', timeout: '3' }, 'has unusable fields: timeout'],
    ['none', null, 'has unusable fields: the whole'],
  ])('does not take %s for a configuration', async (_, body, message) => {
    await expect(clientOf(answerOf(200, body)).client.showConfig(URN)).rejects.toThrow(message);
  });

  it.each(['', 'latest'])('never deletes the whole function for the version %j', async (version) => {
    const { client, network } = clientOf(answerOf(204));
    await expect(client.deleteVersion(URN, version)).rejects.toThrow(TypeError);
    expect(network.exchanges).toEqual([]);
  });

  it.each(['../..', '..', 'a/b', ''])('takes no trigger whose id is %j', async (id) => {
    const triggers = [{ trigger_id: id, trigger_type_code: 'TIMER' }];
    await expect(clientOf(answerOf(200, triggers)).client.listTriggers(URN)).rejects.toThrow('0.trigger_id');
  });

  it('takes a creation for done that an attempt before had made, and no other', async () => {
    const lost = clientOf(broken(), refusal(409, 'FSS.1061'));
    await lost.client.createFunction({}, { secrets: [] });
    const foreign = clientOf(refusal(409, 'FSS.1061'));
    await expect(foreign.client.createFunction({}, { secrets: [] })).rejects.toMatchObject({ code: 'FSS.1061' });
    const version = clientOf(refusal(503, 'FSS.0503'), refusal(409, 'FSS.1062'));
    expect(await version.client.publishVersion(URN, 'v1', '')).toBe('v1');
    const alias = clientOf(broken(), refusal(409, 'FSS.1063'));
    await alias.client.createAlias(URN, 'live', 'v1');
  });

  it('takes the refusal of the same code for success, and no other', async () => {
    expect(await clientOf(refusal(400, 'FSS.0409')).client.updateCode(URN, {})).toBe(false);
    expect(await clientOf(answerOf(200, {})).client.updateCode(URN, {})).toBe(true);
    await expect(clientOf(refusal(400, 'FSS.1011')).client.updateCode(URN, {})).rejects.toMatchObject({
      code: 'FSS.1011',
    });
  });

  it('creates a trigger once, for a second one would be another', async () => {
    const { client, network } = clientOf(broken(), answerOf(200, {}));
    await expect(client.createTrigger(URN, {}, { secrets: [] })).rejects.toMatchObject({ name: 'UnreachableError' });
    expect(network.exchanges).toHaveLength(1);
  });

  it('asks whether a trigger is there that the service fails to delete', async () => {
    const id = { trigger_type_code: 'OBS', trigger_id: 't1' };
    const failing = [1, 2, 3, 4, 5].map(() => refusal(500, 'FSS.0500'));
    await clientOf(...failing, answerOf(200, [])).client.deleteTrigger(URN, id);
    const there = answerOf(200, [{ ...id, trigger_status: 'ACTIVE' }]);
    await expect(clientOf(...failing, there).client.deleteTrigger(URN, id)).rejects.toMatchObject({ code: 'FSS.0500' });
    await clientOf(refusal(404, 'FSS.1131')).client.deleteTrigger(URN, id);
  });
});
