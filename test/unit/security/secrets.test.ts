import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlatformHandler } from '#shared/platform/stack.ts';
import { fakeContext } from '../../helpers/fake-context.ts';
import { loadHandler } from '../../helpers/load-handler.ts';
import { captureLog, type LogLines } from '../../helpers/log-lines.ts';
import { type OmsStub, startOmsStub } from '../../helpers/oms-stub.ts';
import { THOROUGH } from '../../helpers/thorough.ts';
import { exposed } from './exposed.ts';
import { documents, HTTP_FUNCTIONS, httpEvents, notifications, reconcileEvents, redriveEvents } from './inputs.ts';
import { OMS_REPLIES, STORE_REPLIES } from './replies.ts';
import { leaksIn, SECRETS, SPELLINGS } from './secrets.ts';
import { type StoreStub, startStoreStub } from './store-stub.ts';

const { agencyAk, agencySk, agencyToken, iamToken, variableAk, variableSk, variableToken } = SECRETS;
const { srcAk, srcSk, dstAk, dstSk } = SECRETS;
const AGENCY = { accessKey: agencyAk, secretKey: agencySk, securityToken: agencyToken, token: iamToken };
const AGENCY_SECRETS = [agencyAk, agencySk, agencyToken, iamToken];
const routesOf = (endpoint: string) =>
  JSON.stringify([
    {
      source: { bucket: 'source', endpoint, region: 'cn-north-4' },
      destination: { bucket: 'destination', endpoint, region: 'cn-north-4' },
      sync_task_id: 'task-1',
    },
  ]);

interface Variables {
  readonly variables: Readonly<Record<string, string>>;
  /** Secrets that the function knows. */
  readonly known: readonly string[];
  /** Secrets among them that requests are signed with. */
  readonly used: readonly string[];
}

/** Where a function has its credentials from. */
const VARIABLES: Readonly<Record<string, Variables>> = {
  'an agency': { variables: {}, known: AGENCY_SECRETS, used: [agencyAk, agencySk, agencyToken] },
  'key pairs in variables': {
    variables: {
      OMS_ACCESS_KEY: variableAk,
      OMS_SECRET_KEY: variableSk,
      SRC_ACCESS_KEY: srcAk,
      SRC_SECRET_KEY: srcSk,
      DST_ACCESS_KEY: dstAk,
      DST_SECRET_KEY: dstSk,
    },
    known: [variableAk, variableSk, ...AGENCY_SECRETS],
    used: [variableAk, variableSk],
  },
  'a token in a variable': {
    variables: { OMS_AUTH_TOKEN: variableToken },
    known: [variableToken, ...AGENCY_SECRETS],
    used: [variableToken],
  },
};

/** Configurations that no function accepts, with secrets where they do not belong. */
const WRONG_VARIABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'half a key pair': { OMS_SECRET_KEY: variableSk },
  'white space around secrets': { OMS_ACCESS_KEY: ` ${variableAk}`, OMS_SECRET_KEY: `${variableSk}\n` },
  'an access key that no header can have': { OMS_ACCESS_KEY: `${variableAk}\u0000`, OMS_SECRET_KEY: variableSk },
  'a token that no header can have': { OMS_AUTH_TOKEN: `${variableToken}\r\n${variableToken}` },
  'secrets in numbers and choices': { OMS_TIMEOUT_MS: variableSk, LOG_LEVEL: variableAk, OMS_MAX_ATTEMPTS: '0' },
  'a secret in the endpoint': { OMS_ENDPOINT: `https://user:${encodeURIComponent(variableSk)}@oms.example` },
  'a secret for a region': { OMS_ENDPOINT: '', OMS_REGION: variableAk },
  'a secret for a project': { OMS_PROJECT_ID: variableSk },
  'a secret for a state bucket': { STATE_BUCKET: variableSk, STATE_ENDPOINT: variableSk, STATE_REGION: variableAk },
  'routes that are no JSON': { ROUTES: `[{"source":{"bucket":"${variableSk}` },
  'routes with secrets': {
    ROUTES: JSON.stringify([{ source: { bucket: 'b', endpoint: variableSk }, sync_task_id: [variableSk] }]),
  },
};

let oms: OmsStub;
let store: StoreStub;
let log: LogLines;
beforeAll(async () => {
  [oms, store] = await Promise.all([startOmsStub(), startStoreStub()]);
});
afterAll(() => Promise.all([oms.close(), store.close()]));
beforeEach(() => {
  log = captureLog();
  // Nobody waits between two attempts.
  vi.spyOn(Math, 'random').mockReturnValue(0);
  oms.reply = () => ({});
  reset();
});
afterEach(() => {
  log.restore();
  vi.restoreAllMocks();
});

function reset(): void {
  store.fault = () => undefined;
  store.objects.clear();
  store.requests.length = 0;
  oms.requests.length = 0;
  log.raw.length = 0;
}

const variablesOf = (more: Readonly<Record<string, string>>) => ({
  OMS_REGION: 'cn-north-4',
  OMS_ENDPOINT: oms.url,
  // The stand-in of OMS answers as FunctionGraph, too.
  FUNCTIONGRAPH_ENDPOINT: oms.url,
  OMS_MAX_ATTEMPTS: '1',
  OMS_CALLS_PER_SECOND: '10000',
  STATE_BUCKET: 'state',
  STATE_ENDPOINT: store.url,
  LOG_LEVEL: 'debug',
  ROUTES: routesOf(store.url),
  ...more,
});

/** Everything that leaves a function: what it returns or throws, logs, and writes. Not what it signs requests with. */
async function outputsOf(
  handler: PlatformHandler,
  event: unknown,
  variables: Readonly<Record<string, string>>,
  remaining: number,
): Promise<string[]> {
  const context = fakeContext({ ...AGENCY, variables: variablesOf(variables), remaining });
  const result = await handler(event, context).catch((error: unknown) => error);
  const written = store.requests.flatMap(({ method, url, text }) => (method === 'PUT' ? [url, text] : []));
  return [exposed(result), ...log.raw, ...written];
}

/** Answers of OMS and the store, and the documents of the state bucket. */
interface World {
  readonly name: string;
  readonly prepare: (echo: (text: string) => string) => void;
}

/** Each OMS reply with each reply of the store that is asked for. */
function worlds({ used, known }: Variables, storeReplies: readonly string[]): World[] {
  const secrets = used.join(' ');
  return Object.entries(OMS_REPLIES).flatMap(([omsName, omsReply]) =>
    storeReplies.map((storeName) => ({
      name: `OMS ${omsName}, the store ${storeName}`,
      prepare: (echo: (text: string) => string) => {
        oms.reply = omsReply(secrets, echo);
        store.fault = STORE_REPLIES[storeName]?.(secrets, echo) ?? (() => undefined);
        for (const [key, text] of Object.entries(documents(known))) store.objects.set(`/state/${key}`, text);
      },
    })),
  );
}

const SPELLING_NAMES = Object.keys(SPELLINGS);

/** Calls a function with every event in every world, each time with another spelling of what is repeated. */
async function expectNoLeaks(
  name: string,
  { variables, known }: Variables,
  events: Readonly<Record<string, unknown>>,
  all: readonly World[],
  remaining: number,
): Promise<void> {
  const handler = await loadHandler(name);
  const leaks: string[] = [];
  /** Inputs that are refused before anybody is asked: no answer changes what becomes of them. */
  const refused = new Set<string>();
  let number = known.length;
  for (const world of all)
    for (const [input, event] of Object.entries(events)) {
      const spelling = SPELLING_NAMES[number % SPELLING_NAMES.length] ?? '';
      number += 1;
      if (refused.has(input)) continue;
      reset();
      world.prepare(SPELLINGS[spelling] ?? ((text) => text));
      const outputs = await outputsOf(handler, event, variables, remaining);
      if (oms.requests.length + store.requests.length === 0) refused.add(input);
      const [found] = leaksIn(outputs.join('\n'));
      if (found !== undefined) leaks.push(`${input}; ${world.name}; ${spelling}: ${found}`);
    }
  // The difference of two lists would be cut.
  if (leaks.length > 0) expect.fail(`${leaks.length} leaks\n${leaks.join('\n')}`);
}

const [works = '', ...broken] = Object.keys(STORE_REPLIES);
/** The store works with every reply of OMS, and is broken in every way with some of them. */
const storeWorlds = (variables: Variables): World[] => [
  ...worlds(variables, [works]),
  ...worlds(variables, broken).filter((_, index) => index % OMS_EVERY === 0),
];
const OMS_EVERY = 7;
/** `npm test` takes a fifteenth of the worlds, and gives each function one set of variables; `npm run test:slow` takes all. */
const share = (all: readonly World[]): readonly World[] =>
  THOROUGH ? all : all.filter((_, index) => index % 15 === 0);
const RUNS: readonly (readonly [name: string, (variables: Variables) => Parameters<typeof expectNoLeaks>])[] = [
  ...HTTP_FUNCTIONS.map((name) => {
    const run = (variables: Variables): Parameters<typeof expectNoLeaks> => [
      name,
      variables,
      httpEvents(name, variables.known),
      share(worlds(variables, [works])),
      2_500,
    ];
    return [name, run] as const;
  }),
  ['on-object-created', (set) => ['on-object-created', set, notifications(set.known), share(storeWorlds(set)), 60_000]],
  ['reconcile', (set) => ['reconcile', set, reconcileEvents(set.known), storeWorlds(set).slice(0, 2), 40_000]],
  ['redrive', (set) => ['redrive', set, redriveEvents(set.known), share(storeWorlds(set)), 60_000]],
];

describe.each(Object.entries(VARIABLES).map(([from, set], turn) => ({ from, set, turn })))(
  'no secret leaves a function with $from',
  ({ set, turn }) => {
    it.each(RUNS.filter((_, index) => THOROUGH || index % Object.keys(VARIABLES).length === turn))(
      '%s',
      async (_name, run) => expectNoLeaks(...run(set)),
    );
  },
);

describe('no secret is in what a wrong configuration makes a function say', () => {
  it.each([...HTTP_FUNCTIONS, 'on-object-created', 'reconcile', 'redrive'])('%s', async (name) => {
    // A reading that failed is not kept, so one instance can read them all.
    const handler = await loadHandler(name);
    for (const [wrong, variables] of Object.entries(WRONG_VARIABLES)) {
      // A secret in a variable that is not marked cannot be recognised.
      const { OMS_ACCESS_KEY, OMS_SECRET_KEY, OMS_AUTH_TOKEN } = variables;
      const set = [OMS_ACCESS_KEY, OMS_SECRET_KEY, OMS_AUTH_TOKEN].filter((value) => value !== undefined);
      const known = [...set.map((value) => value.trim()), ...AGENCY_SECRETS];
      const events = HTTP_FUNCTIONS.includes(name) ? httpEvents(name, known) : notifications(known);
      for (const [input, event] of Object.entries(events)) {
        reset();
        const outputs = await outputsOf(handler, event, variables, 5_000);
        expect(leaksIn(outputs.join('\n')), `${wrong}, ${input}`).toEqual([]);
      }
    }
  });
});

describe('the search itself', () => {
  it.each(SPELLING_NAMES)('finds every secret, and half of it, %s', (spelling) => {
    const spell = SPELLINGS[spelling] ?? ((text: string) => text);
    for (const secret of Object.values(SECRETS))
      for (const text of [secret, secret.slice(0, 12), secret.slice(-12)])
        expect(leaksIn(`before ${spell(`x ${text}`)} after`), text).not.toEqual([]);
    expect(leaksIn(`before ${spell('nothing at all that is secret')} after`)).toEqual([]);
  });

  it.each([...HTTP_FUNCTIONS, 'on-object-created', 'redrive'])('finds what %s gives away', async (name) => {
    vi.doMock('#shared/logging/redact.ts', async (original) => ({
      ...(await original<object>()),
      concealIn: (text: string) => text,
    }));
    const known = AGENCY_SECRETS;
    const variables = { variables: {}, known, used: known };
    const events = HTTP_FUNCTIONS.includes(name)
      ? { leaky: httpEvents(name, known)['a secret for a request id'] }
      : { leaky: notifications(known)['no notification'] };
    const { leaky } = name === 'redrive' ? { leaky: redriveEvents(known)['everything'] } : events;

    const searched = expectNoLeaks(name, variables, { leaky }, worlds(variables, [works]).slice(0, 1), 60_000);

    await expect(searched.finally(() => vi.doUnmock('#shared/logging/redact.ts'))).rejects.toThrow(/leaks/);
  });
});
