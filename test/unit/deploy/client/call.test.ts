import { describe, expect, it } from 'vitest';
import { type Answer, TransportFailure } from '#shared/http/transport.ts';
import { signRequest } from '#shared/oms/sign.ts';
import { type Call, Caller } from '../../../../scripts/deploy/client/call.ts';
import type { DeployTarget } from '../../../../scripts/deploy/types.ts';
import { answerOf } from '../../../helpers/deploy/fake-functiongraph.ts';
import { broken, StubNetwork } from '../../../helpers/deploy/stub-network.ts';
import { SECRETS, target } from '../../../helpers/deploy/world.ts';

const URN = 'urn:fss:cn-north-4:project:function:default:f:!live';
const read: Call = { operation: 'Read', method: 'GET', path: ['v2', 'project', URN], repeatable: true };
const write: Call = { ...read, operation: 'Write', method: 'POST', body: { a: 1 }, repeatable: false };
const OK = answerOf(200, { fine: true });
const answers = (status: number, headers: Answer['headers'] = {}, body: unknown = {}): Answer => ({
  ...answerOf(status, body),
  headers,
});

function caller(network: StubNetwork, more: { signal?: AbortSignal; where?: Partial<DeployTarget> } = {}) {
  const slept: number[] = [];
  const base = target(network, 1_800_000_000_000);
  const clock = { now: () => 1_800_000_000_000, random: () => 0.5, sleep: async (ms: number) => void slept.push(ms) };
  const one = new Caller(
    { ...base, clock, ...more.where },
    { address: base.endpoint, setting: 'The endpoint', signal: more.signal },
  );
  return { slept, call: (call: Call) => one.call(call) };
}

describe('a call', () => {
  it('sends the URN as the vendor’s clients do, and signs its encoded form', async () => {
    const network = new StubNetwork(OK);
    await caller(network).call(write);

    const [sent] = network.exchanges;
    expect(sent?.target).toBe(`/v2/project/${URN}`);
    expect(sent?.body).toBe('{"a":1}');
    const { authorization, ...headers } = signRequest(
      {
        method: 'POST',
        path: `/v2/project/${encodeURIComponent(URN).replace('!', '%21')}`,
        body: '{"a":1}',
        host: 'functiongraph.test',
        headers: { 'content-type': 'application/json', 'x-project-id': 'project' },
      },
      { accessKey: SECRETS.accessKey, secretKey: SECRETS.secretKey, securityToken: SECRETS.token },
      new Date(1_800_000_000_000),
    );
    expect(sent?.headers).toEqual({ ...headers, authorization });
    expect(headers['x-security-token']).toBe(SECRETS.token);
  });

  it.each([429, 500, 502, 503, 504])('is made again after %i, with growing pauses', async (status) => {
    const network = new StubNetwork(answers(status), answers(status), OK);
    const { call, slept } = caller(network);

    expect((await call(read)).status).toBe(200);
    expect(slept).toEqual([100, 200]);
  });

  it.each([{ error_code: 'FSS.0500', error_msg: 'busy' }, { error: { code: 'IAM.0011', message: 'busy' } }])(
    'does not take %j with a status of success for one',
    async (body) => {
      const { call } = caller(new StubNetwork(answers(200, {}, body), OK));
      expect((await call(read)).status).toBe(200);
      await expect(caller(new StubNetwork(answers(200, {}, body), OK)).call(write)).rejects.toMatchObject({
        name: 'MalformedAnswerError',
        message: expect.stringMatching(/: the answer is an error with a status of success: (FSS|IAM)\.\d+$/),
      });
      const invoked = await caller(new StubNetwork(answers(200, {}, body))).call({ ...write, carriesResult: true });
      expect(invoked.json).toEqual(body);
    },
  );

  it('waits as long as the service asks for, unless that is too long', async () => {
    const patient = caller(new StubNetwork(answers(429, { 'retry-after': '7' }), OK));
    await patient.call(read);
    expect(patient.slept).toEqual([7100]);

    const hurried = caller(new StubNetwork(answers(429, { 'retry-after': '61' }), OK));
    await expect(hurried.call(read)).rejects.toMatchObject({ status: 429 });
    expect(hurried.slept).toEqual([]);
  });

  it('gives up after five attempts', async () => {
    const network = new StubNetwork(answers(503, {}, { error_code: 'FSS.0503', error_msg: 'busy' }));

    await expect(caller(network).call(read)).rejects.toMatchObject({
      name: 'RefusedError',
      code: 'FSS.0503',
      message: 'Read was refused: busy (503 FSS.0503)',
    });
    expect(network.exchanges).toHaveLength(5);
  });

  it.each([400, 401, 403, 404, 406, 409, 413])('is not made again after %i', async (status) => {
    const network = new StubNetwork(answers(status), OK);

    await expect(caller(network).call(read)).rejects.toMatchObject({ status, code: `HTTP.${status}` });
    expect(network.exchanges).toHaveLength(1);
  });

  it('that must not be repeated is not, where it may have been received', async () => {
    for (const outcome of [
      answers(500),
      answers(503),
      broken(),
      new TransportFailure('timeout', 'ETIMEDOUT', { sent: true, stale: false, status: undefined }),
    ]) {
      const network = new StubNetwork(outcome, OK);
      await expect(caller(network).call(write)).rejects.toThrow();
      expect(network.exchanges).toHaveLength(1);
      // A kept connection would leave it open.
      expect(network.exchanges[0]?.freshConnection).toBe(true);
    }
  });

  it('that must not be repeated is, where it cannot have been received or was throttled', async () => {
    for (const outcome of [broken({ sent: false, code: 'ECONNREFUSED' }), answers(429)]) {
      const network = new StubNetwork(outcome, OK);
      expect((await caller(network).call(write)).status).toBe(200);
    }
  });

  it('goes over a new connection at once where a kept one had been closed', async () => {
    const network = new StubNetwork(broken({ stale: true }), OK);
    const { call, slept } = caller(network);

    await call(read);
    expect(slept).toEqual([]);
    expect(network.exchanges.map(({ freshConnection }) => freshConnection)).toEqual([false, true]);
  });

  it('is not made again where the certificate is refused, or what answers is not the service', async () => {
    for (const [code, name] of [
      ['DEPTH_ZERO_SELF_SIGNED_CERT', 'UnreachableError'],
      ['HPE_INVALID_CONSTANT', 'MalformedAnswerError'],
    ] as const) {
      const network = new StubNetwork(broken({ code }), OK);
      await expect(caller(network).call(read)).rejects.toMatchObject({ name });
      expect(network.exchanges).toHaveLength(1);
    }
  });

  it('says what nobody knows when no answer came', async () => {
    await expect(caller(new StubNetwork(broken())).call(write)).rejects.toThrow(
      'Write: no answer from functiongraph.test (ECONNRESET). Nobody knows whether it was done; run the command again.',
    );
  });

  it.each([
    ['what only reads', read, {}],
    ['what was never sent', write, { sent: false, code: 'ECONNREFUSED' }],
  ] as const)('leaves no doubt about %s', async (_, request, how) => {
    const broke = broken(how);
    await expect(caller(new StubNetwork(broke, broke, broke, broke)).call(request)).rejects.toThrow(
      /no answer from functiongraph\.test \(\w+\)\. Nothing was changed by it; check the network and the address/,
    );
  });

  it('keeps the code, the sentence and the request of a refusal', async () => {
    const body = { error_code: 'FSS.1051', error_msg: 'Not found the function', request_id: 'abc-1' };
    await expect(
      caller(new StubNetwork(answers(404, { 'x-request-id': 'other' }, body))).call(read),
    ).rejects.toMatchObject({
      code: 'FSS.1051',
      operation: 'Read',
      requestId: 'abc-1',
      serviceMessage: 'Not found the function',
      message: 'Read was refused: Not found the function (404 FSS.1051, request abc-1)',
    });
  });

  it('understands IAM’s refusals, and shows nothing of what is none', async () => {
    const iam = answers(401, { 'x-request-id': 'r' }, { error: { code: 'IAM.0001', message: 'no' } });
    await expect(caller(new StubNetwork(iam)).call(read)).rejects.toThrow(
      'Read was refused: no (401 IAM.0001, request r)',
    );
    const html: Answer = { status: 403, headers: {}, body: Buffer.from('<html>who knows</html>') };
    await expect(caller(new StubNetwork(html)).call(read)).rejects.toThrow(
      'Read was refused: without a reason (403 HTTP.403)',
    );
  });

  it('asks for the credentials of the moment, at every attempt', async () => {
    const keys = ['one', 'two'];
    const network = new StubNetwork(answers(503), OK);
    const credentials = () => ({ accessKey: `AK${keys.shift()}`, secretKey: 'secret-key' });
    await caller(network, { where: { credentials } }).call(read);

    expect(network.exchanges.map(({ headers }) => /Access=(\w+)/.exec(headers['authorization'] ?? '')?.[1])).toEqual([
      'AKone',
      'AKtwo',
    ]);
  });

  it.each(['', 'with space', 'line\nbreak', 'ünlaut'])('is not signed with the key %j', async (accessKey) => {
    const network = new StubNetwork(OK);
    const credentials = () => ({ accessKey, secretKey: 's' });
    await expect(caller(network, { where: { credentials } }).call(read)).rejects.toMatchObject({
      name: 'CredentialsError',
    });
    expect(network.exchanges).toHaveLength(0);
  });

  it('is not begun after the signal, nor repeated, and is finished when it was begun', async () => {
    const stop = new AbortController();
    const network = new StubNetwork(() => {
      stop.abort();
      return OK;
    }, OK);
    const { call } = caller(network, { signal: stop.signal });
    expect((await call(read)).status).toBe(200);
    await expect(call(read)).rejects.toMatchObject({ name: 'AbortedError', code: 'Deploy.Aborted' });
    expect(network.exchanges).toHaveLength(1);
  });

  it('does not wait for its next attempt after the signal', async () => {
    const stop = new AbortController();
    const network = new StubNetwork(answers(503), OK);
    const clock = { now: () => 0, random: () => 0.5, sleep: () => new Promise<void>(() => stop.abort()) };
    await expect(caller(network, { signal: stop.signal, where: { clock } }).call(read)).rejects.toMatchObject({
      name: 'AbortedError',
    });
    expect(network.exchanges).toHaveLength(1);
  });

  it.each([
    'http://functiongraph.example',
    'ftp://x',
    'nonsense',
    'https://user:secret@host',
    'https://host/path',
    'https://host?x',
  ])('does not go to %s, and does not repeat it', (endpoint) => {
    const where = { ...target(new StubNetwork()), endpoint };
    expect(() => new Caller(where, { address: endpoint, setting: 'The endpoint' })).toThrow(/^The endpoint /);
    expect(() => new Caller(where, { address: endpoint, setting: 'The endpoint' })).not.toThrow(endpoint);
  });
});
