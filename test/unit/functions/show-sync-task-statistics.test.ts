import { beforeEach, describe, expect, it } from 'vitest';
import { useOmsStub } from '../../helpers/functions.ts';

const oms = useOmsStub();
let fn: Awaited<ReturnType<typeof oms.load>>;

const PATH = '/sync-tasks/task-1/statistics';
const QUERY = { data_type: 'REQUEST,SIZE', start_time: '1700000000000', end_time: '1700003600000' };
const STATISTICS =
  '{"sync_task_id":"task-1","statistic_time_type":"FIVE_MINUTES","statistic_datas":[{"data_type":"REQUEST","data":' +
  '[{"time_stamp":1700000100000,"statistic_num":3},{"time_stamp":1700001000000,"statistic_num":1}]},' +
  '{"data_type":"SIZE","data":[{"time_stamp":1700000100000,"statistic_num":9223372036854775807}]}]}';
const get = (query: Readonly<Record<string, string>> = QUERY) => fn.request('GET', PATH, undefined, { query });

describe('show-sync-task-statistics', () => {
  beforeEach(async () => {
    fn = await oms.load('show-sync-task-statistics');
    oms.stub.reply = () => ({ body: STATISTICS });
  });

  it('has the arity and the Promise that the platform demands', () => {
    expect(fn.handler.length).toBe(2);
    expect(fn.invoke({})).toBeInstanceOf(Promise);
  });

  it('answers with the series as OMS has them: gaps stay gaps, and no digit is lost', async () => {
    const answer = await get();

    expect(answer.status).toBe(200);
    expect(answer.text).toBe(STATISTICS);
  });

  it.each([
    ['milliseconds', '1700000000000', '1700003600000'],
    ['ISO 8601 in UTC', '2023-11-14T22:13:20Z', '2023-11-14T23:13:20.000Z'],
    ['ISO 8601 in two zones', '2023-11-15T06:13:20+08:00', '2023-11-14T20:13:20-03:00'],
    ['one of each', '1700000000000', '2023-11-14T23:13:20Z'],
  ])('sends milliseconds for times given as %s', async (_name, start_time, end_time) => {
    expect((await get({ data_type: 'SKIP', start_time, end_time })).status).toBe(200);

    expect(oms.stub.requests[0]?.url.split('?')[1]).toBe(
      'data_type=SKIP&end_time=1700003600000&start_time=1700000000000',
    );
  });

  it.each([
    ['REQUEST', 'REQUEST'],
    ['SIZE,REQUEST,SIZE', 'REQUEST%2CSIZE'],
    ['REQUEST,SUCCESS,FAILURE,SKIP,SIZE', 'REQUEST%2CSUCCESS%2CFAILURE%2CSKIP%2CSIZE'],
  ])('asks for the types %s, each once', async (data_type, sent) => {
    await get({ ...QUERY, data_type });

    expect(oms.stub.requests[0]?.url).toContain(`?data_type=${sent}&`);
  });

  it.each([
    [400, 400],
    [401, 502],
    [403, 403],
    [404, 404],
    [429, 429],
    [500, 502],
    [503, 503],
  ])('answers OMS %i with %i', async (status, expected) => {
    oms.stub.reply = () => ({ status, body: { error_code: 'OMS.X', error_msg: 'message of OMS' } });

    expect((await get()).status).toBe(expected);
  });

  it.each(['', 'null', '[]', '<html>busy</html>', '{"statistic_datas":1}'])(
    'answers 502 where OMS sends %j',
    async (body) => {
      oms.stub.reply = () => ({ body });

      expect((await get()).status).toBe(502);
    },
  );
});
