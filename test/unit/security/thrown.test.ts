import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventVariables } from '#shared/config/oms.ts';
import { stateVariables } from '#shared/config/state.ts';
import { eventFunction } from '#shared/platform/events.ts';
import { httpFunction } from '#shared/platform/http.ts';
import { fakeContext } from '../../helpers/fake-context.ts';
import { gatewayEvent, readAnswer } from '../../helpers/gateway-event.ts';
import { captureLog, type LogLines } from '../../helpers/log-lines.ts';
import { exposed } from './exposed.ts';
import { leaksIn, SECRETS, SPELLINGS } from './secrets.ts';

const { agencyAk, agencySk, agencyToken, iamToken } = SECRETS;
const AGENCY = { accessKey: agencyAk, secretKey: agencySk, securityToken: agencyToken, token: iamToken };
const all = Object.values(AGENCY).join(' ');
const fails = (): never => {
  throw new Error(all);
};
const error = (more: object = {}, message = `no ${all}`) => Object.assign(new Error(message), more);
const getter = (target: object, name: string) =>
  Object.defineProperty(target, name, { get: fails, enumerable: true, configurable: true });
const circular: Record<string, unknown> = { all };
circular['self'] = circular;
const tenThousand = Array.from({ length: 10_000 }, () => all);

/** Everything that somebody may throw. */
const THROWN: Readonly<Record<string, () => unknown>> = {
  'a text': () => all,
  'a text with line breaks': () => `a\n    at ${all}\r\n\u2028`,
  nothing: () => undefined,
  null: () => null,
  'a number': () => 7,
  'a symbol': () => Symbol(all),
  'a function': () => () => all,
  'a list': () => [all, [all]],
  'an object': () => ({ message: all, stack: all, toString: () => all }),
  'an object that refers to itself': () => circular,
  'an object with toJSON that throws': () => ({ all, toJSON: fails }),
  'an object with toString that throws': () => ({ toString: fails, valueOf: fails }),
  'an object without a prototype': () => Object.assign(Object.create(null), { all }),
  'an object with getters that throw': () => getter(getter({}, 'message'), 'all'),
  'a proxy that lets nobody see': () =>
    new Proxy({}, { get: fails, ownKeys: fails, has: fails, getPrototypeOf: fails }),
  'a proxy of an error': () => new Proxy(new Error(all), { get: fails, ownKeys: fails }),
  'an error': () => error(),
  'an error with fields': () => error({ config: { headers: { authorization: all } }, code: all, details: [all] }),
  'an error with causes': () => new Error('a', { cause: new Error('b', { cause: error() }) }),
  'an error with a cause that is huge': () => new Error('a', { cause: { tenThousand, list: [tenThousand] } }),
  'an error that is its own cause': () => {
    const own = error();
    own.cause = own;
    return own;
  },
  'an error with a huge message': () => error({}, tenThousand.join('\n    at ')),
  'an error with a stack that is no text': () => error({ stack: 5 }),
  'an error with a stack that is an object': () => error({ stack: { all } }),
  'an error with a message that is no text': () => error({ message: { all } }),
  'an error with getters that throw': () =>
    getter(getter(getter(getter(error(), 'message'), 'stack'), 'code'), 'cause'),
  'an error with a name that is a secret': () => error({ name: agencyAk }),
  'an error with toJSON that throws': () => error({ toJSON: fails }),
  'errors together': () => new AggregateError([error(), error()], all, { cause: error() }),
  'a frozen error': () => Object.freeze(error()),
  'an error of JSON.parse': () => {
    try {
      return JSON.parse(`{\n    at ${agencyAk}`);
    } catch (thrown) {
      return thrown;
    }
  },
  'an error with a message of another spelling': () =>
    error(
      {},
      Object.values(SPELLINGS)
        .map((spell) => spell(all))
        .join('\n'),
    ),
};

const VARIABLES = { OMS_REGION: 'cn-north-4', STATE_BUCKET: 'state', LOG_LEVEL: 'debug' };
const context = () => fakeContext({ ...AGENCY, variables: VARIABLES });
let log: LogLines;
beforeEach(() => {
  log = captureLog();
});
afterEach(() => log.restore());

describe.each(Object.keys(THROWN))('%s that is thrown', (what) => {
  it('becomes a 500 that says nothing, and one line of log', async () => {
    const handler = httpFunction({
      routes: [{ method: 'GET', path: '/x', body: false }],
      variables: eventVariables,
      handle: async () => {
        throw THROWN[what]?.();
      },
    });

    const answer = readAnswer(await handler(gatewayEvent('GET', '/x'), context()));

    expect(answer).toMatchObject({ status: 500, body: { error_code: 'OmsSync.Internal', request_id: 'request-1' } });
    expect(log.parsed()).toHaveLength(1);
    expect(leaksIn([answer.text, ...log.raw].join('\n'))).toEqual([]);
  });

  it('fails an event function, and takes no secret to the platform', async () => {
    const handler = eventFunction({
      variables: { ...eventVariables, ...stateVariables },
      handle: async () => {
        throw THROWN[what]?.();
      },
    });

    const settled = await handler({}, context()).then(
      () => 'resolved',
      (thrown: unknown) => ({ thrown }),
    );

    expect(settled).toHaveProperty('thrown');
    expect(log.parsed()).toHaveLength(1);
    expect(leaksIn(log.raw.join('\n'))).toEqual([]);
    expect(leaksIn(describeThrown(settled))).toEqual([]);
  });
});

/** Prints message and stack, as a runtime does; unreadable parts are left out. */
function describeThrown(settled: unknown): string {
  try {
    return exposed(settled);
  } catch {
    return '';
  }
}
