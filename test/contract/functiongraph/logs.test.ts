import { describe, expect, it } from 'vitest';
import { type Api, apiOf } from './client.ts';
import { start } from './start.ts';

const LOG = `exports.handler = async (event, context) => {
  console.log(JSON.stringify({ level: 'info', message: 'works', request_id: context.getRequestID() }));
  console.error('an Error of ' + event.who);
}`;

interface Line {
  readonly content: string;
  readonly line_num: string;
  readonly labels: Record<string, string>;
}

async function query(
  { call }: Api,
  urn: string,
  body: object = {},
): Promise<{ readonly logs: Line[]; readonly count?: number }> {
  const place = (await call('GET', `/fgs/functions/${urn}/lts-log-detail`)).json;
  const now = Date.now();
  const answer = await call('POST', `/groups/${place.group_id}/streams/${place.stream_id}/content/query`, {
    start_time: String(now - 60_000),
    end_time: String(now + 60_000),
    highlight: false,
    ...body,
  });
  if (answer.status !== 200) throw new Error(`HTTP ${answer.status} ${answer.text}`);
  return answer.json;
}

describe('the log of a function', () => {
  it('is what it has written, under the names that FunctionGraph tells', async () => {
    const started = await start();
    const api = apiOf(started);
    const { live, urn } = await api.deploy('f', LOG);
    const other = await api.deploy('g', LOG);
    expect((await query(api, live)).logs).toEqual([]);

    await started.fg.invoke(live, { who: 'one' });
    await started.fg.invoke(other.urn, { who: 'nobody' });
    await started.fg.invoke(urn, { who: 'two' });

    const { logs } = await query(api, live);
    expect(logs.map(({ content, labels }) => [labels['level'], content.slice(0, 20)])).toEqual([
      ['INFO', '{"level":"info","mes'],
      ['ERROR', 'an Error of one'],
      ['INFO', '{"level":"info","mes'],
      ['ERROR', 'an Error of two'],
    ]);
    const [first] = logs;
    expect(first?.labels).toMatchObject({ appName: 'f', requestId: JSON.parse(first?.content ?? '').request_id });
    expect(Number(first?.line_num.slice(0, 13))).toBeCloseTo(Date.now(), -5);
    const ofRequest = await query(api, live, { labels: { requestId: first?.labels['requestId'] }, is_count: true });
    expect(ofRequest.count).toBe(2);
    expect((await query(api, live, { keywords: 'error', is_desc: true, limit: 1 })).logs[0]?.content).toBe(
      'an Error of two',
    );
    expect((await query(api, other.live)).logs).toHaveLength(2);
  });

  it('is found for a function that was deployed without the API, too', async () => {
    const started = await start();
    await started.deploy(LOG);
    const urn = 'urn:fss:cn-north-4:project:function:default:service-local-f';
    await started.fg.invoke('f', { who: 'one' });

    expect((await query(apiOf(started), urn)).logs.map(({ content }) => content)).toContain('an Error of one');
  });

  it('goes to the stream that its configuration names', async () => {
    const started = await start();
    const api = apiOf(started);
    const { urn } = await api.deploy('f', LOG);
    const log_config = { group_id: 'own-group', group_name: 'g', stream_id: 'own-stream', stream_name: 's' };
    const configured = await api.call('PUT', `/fgs/functions/${urn}/config`, {
      func_name: 'f',
      runtime: 'Node.js20.15',
      timeout: 10,
      handler: 'index.handler',
      memory_size: 128,
      log_config,
    });
    expect(configured.status).toBe(200);

    await started.fg.invoke(urn, { who: 'own' });

    expect((await api.call('GET', `/fgs/functions/${urn}/lts-log-detail`)).json).toEqual(log_config);
    expect((await query(api, urn)).logs.at(-1)?.content).toBe('an Error of own');
  });

  it.each([
    ['text', 400, 'FSS.1309'],
    ['urn:fss:cn-north-4:project:function:default:g', 404, 'FSS.1051'],
  ])('of %s is refused', async (urn, status, code) => {
    const { call } = apiOf(await start());

    const answer = await call('GET', `/fgs/functions/${urn}/lts-log-detail`);

    expect([answer.status, answer.json.error_code]).toEqual([status, code]);
  });

  it('is refused where group, stream or query are wrong', async () => {
    const api = apiOf(await start());
    const { live } = await api.deploy('f', LOG);
    const { group_id: group, stream_id: stream } = (await api.call('GET', `/fgs/functions/${live}/lts-log-detail`))
      .json;
    const code = async (path: string, body?: unknown): Promise<unknown> => {
      const { status, json } = await api.call('POST', `/groups/${path}/content/query`, body);
      return [status, json.error_code];
    };
    const now = String(Date.now());
    const good = { start_time: now, end_time: now };

    expect(await code(`${group}/streams/${stream}`, good)).toEqual([200, undefined]);
    expect(await code(`${group}/streams/other`, good)).toEqual([400, 'LTS.0208']);
    expect(await code(`other/streams/${stream}`, good)).toEqual([400, 'LTS.0201']);
    for (const body of [undefined, [], {}, { ...good, limit: -1 }, { ...good, labels: { a: {} } }])
      expect(await code(`${group}/streams/${stream}`, body)).toEqual([400, 'LTS.0009']);
  });
});
