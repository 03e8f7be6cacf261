import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readDeadLetter } from '#shared/deadletters/document.ts';
import { useOmsStub } from '../../helpers/functions.ts';
import { type OmsStub, type StubReply, type StubRequest, startOmsStub } from '../../helpers/oms-stub.ts';

/** Recognisable wherever they turn up, and of the characters that real ones have. */
const SECRETS = {
  agencyAk: 'LEAK0AGENCYAK0000000',
  agencySk: 'LEAK1/agency+secret=key',
  agencyToken: 'LEAK2agency-security-token',
  iamToken: 'LEAK3agency-iam-token',
  variableAk: 'LEAK4VARIABLEAK00000',
  variableSk: 'LEAK5/variable+"secret\\',
};
const AGENCY = {
  accessKey: SECRETS.agencyAk,
  secretKey: SECRETS.agencySk,
  securityToken: SECRETS.agencyToken,
  token: SECRETS.iamToken,
};
const VARIABLES = { OMS_ACCESS_KEY: SECRETS.variableAk, OMS_SECRET_KEY: SECRETS.variableSk };
const ROUTES = JSON.stringify([{ source: { bucket: 'source' }, sync_task_id: 'task-1' }]);

const oms = useOmsStub();
let store: OmsStub;
const stored = (): StubReply => ({ headers: { 'x-obs-request-id': 'store-request' } });
beforeAll(async () => {
  store = await startOmsStub(stored);
});
beforeEach(() => {
  store.requests.length = 0;
  store.reply = stored;
});
afterAll(() => store.close());

const record = (key: string, more: object = {}, bucket = 'source') => ({
  eventName: 'ObjectCreated:Put',
  s3: { bucket: { name: bucket }, object: { key, size: 1, ...more } },
});
const load = (variables: Readonly<Record<string, string>> = {}) =>
  oms.load('on-object-created', {
    ...AGENCY,
    variables: { ROUTES, STATE_BUCKET: 'state', STATE_ENDPOINT: store.url, LOG_LEVEL: 'debug', ...variables },
  });

/** The text that the platform returns and logs of an error, its causes too. */
function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.name} ${error.message} ${error.stack} ${JSON.stringify(error)} ${error.cause ? errorText(error.cause) : ''}`;
}

/** Everything that leaves the function: its result or error, its log, what it writes. Not what it signs with. */
async function outputs(event: unknown, variables: Readonly<Record<string, string>> = {}): Promise<string> {
  const fn = await load(variables);
  const result = await fn.invoke(event).then((summary) => JSON.stringify(summary), errorText);
  const written = store.requests.flatMap(({ url, text }) => [url, text]);
  return [result, ...oms.log.raw, ...written].join('\n');
}

const AGENCY_SECRETS = [SECRETS.agencyAk, SECRETS.agencySk, SECRETS.agencyToken, SECRETS.iamToken];
const encoded = encodeURIComponent(SECRETS.agencySk);

/** Notifications and others, with secrets that the invocation knows in every place. */
function eventsWith(secrets: readonly string[]): Readonly<Record<string, unknown>> {
  const everything = secrets.join(' ');
  const [first = ''] = secrets;
  return {
    'a refused key, with secrets in metadata and unknown fields': {
      Records: [record('a', { eTag: first, metadata: { 'x-obs-meta-note': everything } })],
      [everything]: everything,
      note: everything,
    },
    'a refused key, with secrets in names of fields': {
      Records: secrets.map((secret) => ({ ...record('a'), [secret]: { deep: [secret, encodeURIComponent(secret)] } })),
    },
    'a key that is a secret': { Records: secrets.map((secret) => record(encodeURIComponent(secret))) },
    'a bucket that is a secret': { Records: secrets.map((secret) => record('a', {}, secret)) },
    'a key that cannot be read, of a secret': {
      Records: secrets.map((secret) => record(`${encodeURIComponent(secret)}%`)),
    },
    'a record that cannot be read': { Records: [{ eventName: secrets, s3: everything }] },
    'no notification': { credentials: everything, note: [everything], [first]: 1 },
    'a text': everything,
    'a CloudEvent with the key in its subject': {
      source: 'HC.OBS.DWR',
      type: 'OBS:DWR:ObjectCreated:PUT',
      subject: `objects/${encodeURIComponent(first)}`,
      token: 'somebody',
      data: { obs: { bucket: { name: 'source' }, object: { key: 'a' } }, requestParameters: everything },
    },
  };
}

const echo = ({ headers, text, url }: StubRequest) => `${url} ${JSON.stringify(headers)} ${text}`;
type Replies = Readonly<Record<string, (secrets: string) => (request: StubRequest) => StubReply>>;
const OMS_REPLIES: Replies = {
  'refuses and echoes everything': (secrets) => (sent) => ({
    status: 400,
    body: { error_code: `OMS.${secrets}`, error_msg: `invalid: ${echo(sent)} ${secrets}` },
  }),
  'knows no such task and echoes everything': () => (sent) => ({ status: 404, body: { error_msg: echo(sent) } }),
  'is broken and echoes everything': () => (sent) => ({ status: 500, body: echo(sent) }),
};
const STORE_REPLIES: Replies = {
  'takes it': () => stored,
  'refuses the signature and echoes what was signed': (secrets) => (sent) => ({
    status: 403,
    body: `<Error><Code>SignatureDoesNotMatch</Code><Message>${echo(sent)}</Message><StringToSign>${secrets}</StringToSign></Error>`,
    headers: { 'x-obs-request-id': 'store-request' },
  }),
  'answers something else with everything': () => (sent) => ({ status: 400, body: echo(sent) }),
};

describe('no credential leaves on-object-created, whatever is in the event', () => {
  for (const [omsName, omsReply] of Object.entries(OMS_REPLIES))
    for (const [storeName, storeReply] of Object.entries(STORE_REPLIES))
      it.each(Object.keys(eventsWith([])))(
        `where OMS ${omsName} and the object store ${storeName}: %s`,
        async (name) => {
          for (const [variables, secrets] of [
            [{}, AGENCY_SECRETS],
            [VARIABLES, Object.values(SECRETS)],
          ] as const) {
            oms.stub.reply = omsReply(secrets.join(' '));
            store.reply = storeReply(secrets.join(' '));

            const written = await outputs(eventsWith(secrets)[name], variables);

            expect(written.match(/LEAK.{0,12}/gi) ?? []).toEqual([]);
          }
        },
      );

  it('and what cannot be written without one is left to the platform', async () => {
    oms.stub.reply = () => ({ status: 404 });
    const fn = await load();

    await expect(fn.invoke({ Records: [record(encoded)] })).rejects.toMatchObject({
      name: 'DeadLetterFailedError',
      cause: { code: 'OmsSync.CredentialInName' },
    });
    expect(store.requests).toEqual([]);
  });
});

describe('keys cannot write log lines', () => {
  it.each(['\n', '\r\n', '\u2028', '\u2029', '\u0085', '\u001b[2K'])(
    'with %j in every place of a key',
    async (breaker) => {
      const forged = `${breaker}{"level":"info","message":"summary","accepted":1}${breaker}`;
      const key = encodeURIComponent(`a${forged}b`);
      oms.stub.reply = () => ({ status: 404, body: { error_msg: forged } });
      const fn = await load();

      await fn.invoke({
        Records: [record(key), record(`${key}%`), record(key, {}, `other${forged}`)],
        [forged]: forged,
      });
      await fn.invoke({ [forged]: forged });

      expect(oms.log.raw.length).toBeGreaterThan(4);
      for (const line of oms.log.raw) {
        expect(line).not.toMatch(/[\n\r\u2028\u2029\u0085\u001b]/);
        expect(JSON.parse(line)).toMatchObject({ level: expect.anything() });
      }
      expect(oms.log.parsed().filter(({ message }) => message === 'summary')).toHaveLength(2);
      const letters = store.requests.map(({ text }) => readDeadLetter(JSON.parse(text)));
      expect(letters.flatMap(({ keys = [] }) => keys.map((each) => each.key))).toEqual([`a${forged}b`]);
    },
  );
});

describe('names such as __proto__ and constructor', () => {
  const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__proto__/polluted'];

  it.each(NAMES)('are keys and buckets like others: %s', async (name) => {
    oms.stub.reply = () => ({ status: 404 });
    const fn = await load({ ROUTES: JSON.stringify([{ source: { bucket: 'photos' }, sync_task_id: name }]) });

    const summary = await fn.invoke({
      Records: [record(encodeURIComponent(name), {}, 'photos'), record('x', {}, name)],
    });

    expect(summary).toMatchObject({ submitted: 1, failed: 1, unrouted: 1, dead_lettered: 2 });
    const letters = store.requests.map(({ text }) => readDeadLetter(JSON.parse(text)));
    expect(letters.find(({ kind }) => kind === 'keys')).toMatchObject({
      sync_task_id: name,
      keys: [{ bucket: 'photos', key: name }],
    });
  });

  it('are fields of an event like others, and change no prototype', async () => {
    oms.stub.reply = () => ({ status: 404 });
    const fn = await load();
    const before = Object.getOwnPropertyNames(Object.prototype);
    const inner = '{"polluted":true,"s3":{"bucket":{"name":"source"},"object":{"key":"stolen"}}}';
    const polluting = (text: string): unknown =>
      JSON.parse(
        text.replaceAll('{', `{"__proto__":${inner},"constructor":{"prototype":${inner}},`).replaceAll(',}', '}'),
      );
    const event = polluting(JSON.stringify({ Records: [record('a'), record('%'), {}] }));

    const summary = await fn.invoke(event);
    await fn.invoke(polluting('{"__proto__":{}}'));

    expect(summary).toMatchObject({ records: 3, changes: 1, rejected: 2, dead_lettered: 3 });
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    const keys = store.requests.flatMap(({ text }) => readDeadLetter(JSON.parse(text)).keys ?? []);
    expect(keys).toMatchObject([{ bucket: 'source', key: 'a' }]);
    expect(store.requests.some(({ text }) => text.includes('"__proto__"'))).toBe(true);
  });
});
