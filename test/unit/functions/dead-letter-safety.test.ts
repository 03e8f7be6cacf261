import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readDeadLetter } from '#shared/deadletters/document.ts';
import { useOmsStub } from '../../helpers/functions.ts';
import { type OmsStub, type StubReply, startOmsStub } from '../../helpers/oms-stub.ts';

const AGENCY = { accessKey: 'AGENCYAK', secretKey: 'LEAK1/agency+secret=key', securityToken: 'agency-security-token' };
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

// test/unit/security/secrets.test.ts tries what may leave a function.
it('a name that would hold a credential is left to the platform', async () => {
  oms.stub.reply = () => ({ status: 404 });
  const fn = await load();

  await expect(fn.invoke({ Records: [record(encodeURIComponent(AGENCY.secretKey))] })).rejects.toMatchObject({
    name: 'DeadLetterFailedError',
    cause: { code: 'OmsSync.CredentialInName' },
  });
  expect(store.requests).toEqual([]);
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
