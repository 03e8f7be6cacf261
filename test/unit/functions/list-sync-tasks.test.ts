import { beforeEach, describe, expect, it } from 'vitest';
import { useOmsStub } from '../../helpers/functions.ts';

const oms = useOmsStub();
let fn: Awaited<ReturnType<typeof oms.load>>;

const LIST = {
  tasks: [
    {
      sync_task_id: 'task-1',
      src_cloud_type: 'AWS',
      create_time: 1_700_000_000_000,
      status: 'SYNCHRONIZING',
      app_id: null,
      source_cdn: { domain: 'cdn.example', protocol: 'https', authentication_type: 'NONE' },
    },
    { sync_task_id: 'task-2', status: 'BRAND_NEW', brand_new: true },
  ],
  count: 12,
};

describe('list-sync-tasks', () => {
  beforeEach(async () => {
    fn = await oms.load('list-sync-tasks');
    oms.stub.reply = () => ({ body: LIST });
  });

  it('has the arity and the Promise that the platform demands', () => {
    expect(fn.handler.length).toBe(2);
    expect(fn.invoke({})).toBeInstanceOf(Promise);
  });

  it('answers with the page as OMS has it, and the number of all tasks', async () => {
    const answer = await fn.request('GET', '/sync-tasks');

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(LIST);
  });

  it('asks for the first ten tasks of any state where nothing is said', async () => {
    await fn.request('GET', '/sync-tasks');

    expect(oms.stub.requests[0]?.url).toMatch(/\/sync-tasks\?limit=10&offset=0$/);
  });

  it.each([
    [{ limit: '1', offset: '0' }, 'limit=1&offset=0'],
    [{ limit: '100', offset: '10000', status: 'STOPPED' }, 'limit=100&offset=10000&status=STOPPED'],
    [{ status: 'SYNCHRONIZING' }, 'limit=10&offset=0&status=SYNCHRONIZING'],
  ])('passes on %j', async (query, expected) => {
    await fn.request('GET', '/sync-tasks', undefined, { query });

    expect(oms.stub.requests[0]?.url.split('?')[1]).toBe(expected);
  });

  it.each([
    [400, 400],
    [401, 502],
    [403, 403],
    [429, 429],
    [500, 502],
    [503, 503],
  ])('answers OMS %i with %i', async (status, expected) => {
    oms.stub.reply = () => ({ status, body: { error_code: 'OMS.X', error_msg: 'message of OMS' } });

    expect((await fn.request('GET', '/sync-tasks')).status).toBe(expected);
  });

  it.each(['', 'null', '{}', '<html>busy</html>', '{"tasks":'])('answers 502 where OMS sends %j', async (body) => {
    oms.stub.reply = () => ({ body });

    expect((await fn.request('GET', '/sync-tasks')).status).toBe(502);
  });
});
