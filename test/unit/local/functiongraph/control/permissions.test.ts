import { expect, it } from 'vitest';
import { send } from '../../../../contract/functiongraph/start.ts';
import { type Api, code, config, creation, FUNCTIONS, signed, startApi, urnOf } from './plane.ts';

const F = `${FUNCTIONS}/${urnOf('f')}`;
const CALLS = [
  ['GET', FUNCTIONS, undefined, 'list'],
  ['POST', FUNCTIONS, creation('g'), 'create'],
  ['GET', `${F}/code`, undefined, 'getCode'],
  ['PUT', `${F}/code`, code('1'), 'updateCode'],
  ['GET', `${F}/config`, undefined, 'getConfig'],
  ['PUT', `${F}/config`, config('f'), 'updateConfig'],
  ['PUT', `${F}/config-max-instance`, { max_instance_num: 1 }, 'updateConfig'],
  ['POST', `${F}/versions`, { version: 'v1' }, 'createVersion'],
  ['GET', `${F}/versions`, undefined, 'listVersion'],
  ['POST', `${F}/aliases`, { name: 'live', version: 'v1' }, 'createAlias'],
  ['GET', `${F}/aliases`, undefined, 'listAlias'],
  ['PUT', `${F}/aliases/live`, { version: 'latest' }, 'updateAlias'],
  ['PUT', `${F}/async-invoke-config`, {}, 'updateConfig'],
  ['GET', `${F}/async-invoke-config`, undefined, 'getConfig'],
  ['POST', `${F}/invocations`, {}, 'invoke'],
  ['POST', `${F}/invocations-async`, {}, 'invokeAsync'],
  ['DELETE', F, undefined, 'delete'],
] as const;

/** Calls as the code of a function would, with its temporary credentials. */
async function outcomes(api: Api): Promise<[string, string][]> {
  const { accessKey, secretKey, securityToken } = api.accounts.issueTemporary(undefined, 'agency');
  const results: [string, string][] = [];
  for (const [method, path, body, action] of CALLS) {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = signed(api.fg.url, method, path, text, secretKey, accessKey);
    const answer = await send(method, api.fg.url, path, {
      body: text,
      headers: { ...headers, 'x-security-token': securityToken },
    });
    results.push([action, answer.status < 300 ? 'allowed' : `${answer.status} ${answer.json?.error_code}`]);
  }
  return results;
}

const policy = (actions: readonly string[], resource = 'FUNCTIONGRAPH:*:*:function:default/*') =>
  new Map([
    ['agency', [{ Version: '1.1', Statement: [{ Effect: 'Allow', Action: [...actions], Resource: [resource] }] }]],
  ]);

it('the credentials of a function are good for nothing that its agency does not allow', async () => {
  const api = await startApi();
  await api.create('f');
  api.accounts.setAgencies(policy(['oms:synctask:createEvent'], 'OMS:*:*:*:*'));

  expect(await outcomes(api)).toEqual(CALLS.map(([, , , action]) => [action, '403 FSS.1126']));
});

it('each operation has the action that the vendor names', async () => {
  const api = await startApi();
  await api.create('f');
  const actions = [...new Set(CALLS.map(([, , , action]) => `functiongraph:function:${action}`))];
  api.accounts.setAgencies(policy(actions, 'FUNCTIONGRAPH:*:*:*:*'));

  expect(await outcomes(api)).toEqual(CALLS.map(([, , , action]) => [action, 'allowed']));
});

it('a policy for another function does not help', async () => {
  const api = await startApi();
  await api.create('f');
  api.accounts.setAgencies(policy(['functiongraph:function:*'], 'FUNCTIONGRAPH:*:*:function:default/other'));

  expect(new Set((await outcomes(api)).map(([, outcome]) => outcome))).toEqual(new Set(['403 FSS.1126']));
});

it('what has no action of its own, as triggers, needs the whole service', async () => {
  const api = await startApi();
  await api.create('f');
  const path = `/v2/project/fgs/triggers/${urnOf('f')}`;
  const status = async (): Promise<number> => {
    const { accessKey, secretKey, securityToken } = api.accounts.issueTemporary(undefined, 'agency');
    const headers = signed(api.fg.url, 'GET', path, '', secretKey, accessKey);
    return (await send('GET', api.fg.url, path, { headers: { ...headers, 'x-security-token': securityToken } })).status;
  };

  api.accounts.setAgencies(policy(['functiongraph:function:getConfig', 'functiongraph:function:invoke']));
  expect(await status()).toBe(403);
  api.accounts.setAgencies(policy(['functiongraph:*:*']));
  expect(await status()).toBe(200);
});
