import type { StubReply, StubRequest } from '../../helpers/oms-stub.ts';
import type { StoreReply, StoreRequest } from './store-stub.ts';

/** Parts of a request that OMS or the store can repeat: all that was sent, and more that it may know. */
type Echo = (text: string) => string;

const sentTo = ({ headers, text, url }: StubRequest | StoreRequest) =>
  `${url}\n${Object.entries(headers)
    .map(([name, value]) => `${name}:${String(value)}`)
    .join('\n')}\n${text}`;
const headerSafe = (text: string) => text.replace(/[^\x20-\x7e]/g, ' ').slice(0, 6_000);
/** Spells every part on its own, so that each is recognisable, and all of it together. */
const spelled = (text: string, echo: Echo) =>
  `${text
    .split(/[\s,]+/)
    .map(echo)
    .join(' ')} ${echo(text)}`;

/** Answers of OMS that repeat what was sent, as JSON, as what a proxy writes, in headers. */
export const OMS_REPLIES: Readonly<Record<string, (secrets: string, echo: Echo) => (sent: StubRequest) => StubReply>> =
  {
    'accepts it': () => (sent) => {
      const isCreation = sent.method === 'POST' && sent.url.endsWith('/sync-tasks');
      return sent.method === 'GET' ? { body: TASKS } : isCreation ? { body: { sync_task_id: 'task-1' } } : {};
    },
    'accepts it, and repeats everything': (secrets, echo) => (sent) => ({
      body: {
        sync_task_id: spelled(secrets, echo),
        status: 'SYNCHRONIZING',
        note: spelled(sentTo(sent), echo),
        tasks: [{ sync_task_id: 'task-1', description: spelled(secrets, echo) }],
        count: 1,
        statistics: [],
      },
    }),
    'accepts it, with an answer that is not JSON': (_, echo) => (sent) => ({ body: echo(sentTo(sent)) }),
    'refuses it': (secrets, echo) => (sent) => ({
      status: 400,
      body: { error_code: 'OMS.0001', error_msg: `invalid: ${spelled(sentTo(sent), echo)} ${spelled(secrets, echo)}` },
    }),
    'refuses each key': (secrets, echo) => () => ({
      status: 400,
      body: { error_code: 'OMS.0064', error_msg: spelled(secrets, echo) },
    }),
    'refuses the signature, and says what was to be signed': (_, echo) => (sent) => ({
      status: 401,
      body: {
        error_code: 'APIGW.0301',
        error_msg: `verify aksk signature fail, ${echo(`canonicalRequest:${sentTo(sent)}`)} StringToSign:${echo(sentTo(sent))}`,
      },
    }),
    'does not permit it': (secrets, echo) => () => ({
      status: 403,
      body: { error_code: echo(secrets), error_msg: spelled(secrets, echo) },
    }),
    'knows no such task': (secrets, echo) => () => ({ status: 404, body: { error_msg: spelled(secrets, echo) } }),
    'is asked too often': (secrets, echo) => () => ({
      status: 429,
      headers: { 'retry-after': '1', 'x-request-id': headerSafe(echo(secrets.split(' ')[0] ?? '')) },
      body: { error_code: 'APIGW.0308', error_msg: spelled(secrets, echo) },
    }),
    'is broken': (_, echo) => (sent) => ({ status: 500, body: `<html><pre>${echo(sentTo(sent))}</pre></html>` }),
    'is broken inside': (secrets, echo) => () => ({
      status: 400,
      body: { error_code: 'OMS.1001', error_msg: spelled(secrets, echo) },
    }),
    'is not there': (secrets, echo) => () => ({
      status: 503,
      headers: { 'x-echo': headerSafe(echo(secrets)), 'set-cookie': headerSafe(echo(secrets)) },
      body: { error_msg: spelled(secrets, echo) },
    }),
    'sends it elsewhere': (secrets) => () => ({
      status: 302,
      headers: { location: `http://127.0.0.1:9/?${encodeURIComponent(secrets).slice(0, 4_000)}` },
    }),
    'says nothing': () => () => ({ status: 400 }),
    'hangs up': () => () => ({ hangUp: true }),
  };

const TASKS = { sync_task_id: 'task-1', status: 'SYNCHRONIZING', tasks: [], count: 0, statistic_datas: [] };

const XML = { 'content-type': 'application/xml', 'x-obs-request-id': 'store-request' };

/** The same of an object store. Undefined: it does what it is asked. */
export const STORE_REPLIES: Readonly<
  Record<string, (secrets: string, echo: Echo) => (sent: StoreRequest) => StoreReply | undefined>
> = {
  'takes it': () => () => undefined,
  'refuses the signature, and says what was to be signed': (_, echo) => (sent) => ({
    status: 403,
    headers: XML,
    body:
      `<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code><Message>${echo(sentTo(sent))}</Message>` +
      `<StringToSign>${echo(sentTo(sent))}</StringToSign><CanonicalRequest>${sentTo(sent)}</CanonicalRequest></Error>`,
  }),
  'refuses it with a code that is a secret': (secrets, echo) => () => ({
    status: 400,
    headers: { ...XML, 'x-obs-request-id': headerSafe(echo(secrets.split(' ')[0] ?? '')) },
    body: `<Error><Code>${echo(secrets.split(' ')[0] ?? '')}</Code></Error>`,
  }),
  'cannot be written': (secrets, echo) => (sent) =>
    sent.method === 'PUT' || sent.method === 'DELETE'
      ? { status: 507, headers: { ...XML, 'x-obs-error-code': headerSafe(echo(secrets)) }, body: echo(sentTo(sent)) }
      : undefined,
  'is another server': (_, echo) => (sent) => ({ status: 200, headers: { etag: '' }, body: echo(sentTo(sent)) }),
  'sends it elsewhere': (secrets) => () => ({
    status: 307,
    headers: { location: `http://127.0.0.1:9/?${encodeURIComponent(secrets).slice(0, 4_000)}` },
    body: '<Error><Code>TemporaryRedirect</Code></Error>',
  }),
};
