import { afterEach, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../scripts/local/oms/operations.ts';
import { PROJECT_ID, type Service, startService } from './service.ts';

let service: Service;
afterEach(() => service.close());

const TASKS = `/v2/${PROJECT_ID}/sync-tasks`;

async function startWith(Statement: readonly { Effect: string; Action: string[]; Resource?: string[] }[]) {
  service = await startService();
  service.accounts.setAgencies(new Map([['agency', [{ Version: '1.1', Statement }]]]));
  const { accessKey, secretKey, securityToken } = service.accounts.issueTemporary(undefined, 'agency');
  return (method: string, path: string, body?: unknown) =>
    service.call(method, path, {
      ...{ accessKey, secretKey, headers: { 'x-security-token': securityToken } },
      query: method === 'GET' ? { query_time: '1700000000000' } : {},
      ...(body === undefined ? {} : { body }),
    });
}

describe('temporary credentials of an agency', () => {
  it.each(OPERATIONS)('need the permission of $name', async ({ method, template, permission }) => {
    const deny = { Effect: 'Deny', Action: [permission] };
    const call = await startWith([{ Effect: 'Allow', Action: ['oms:*:*'] }, deny]);
    const path = template.replace('{project_id}', PROJECT_ID).replace('{sync_task_id}', 'x');

    const body = method === 'POST' ? {} : undefined;
    expect(await call(method, path, body)).toMatchObject({ status: 403, json: { error_code: 'OMS.0072' } });

    service.accounts.setAgencies(
      new Map([['agency', [{ Version: '1.1', Statement: [{ Effect: 'Allow', Action: [permission] }] }]]]),
    );
    expect((await call(method, path, body)).status).not.toBe(403);
  });

  it('may be kept to one task', async () => {
    const call = await startWith([
      { Effect: 'Allow', Action: ['oms:synctask:get'], Resource: ['oms:*:*:synctask:the-task'] },
    ]);

    expect((await call('GET', `${TASKS}/the-task`)).status).toBe(404);
    expect((await call('GET', `${TASKS}/another-task`)).status).toBe(403);
  });
});
