import type { Random } from '../kernel/random.ts';

/** Something that somebody puts into the state bucket, where the functions keep what is theirs. */
export interface Plant {
  readonly at: number;
  readonly name: string;
  readonly body: () => Buffer;
  /** Status of the answer to every GET of it. */
  readonly status?: number;
  /** Redrive leaves it where it is: nobody but a person, or a later release, can do anything about it. */
  readonly stays?: true;
}

const TIME = '2026-01-01T00:00:00.000Z';
const NEVER = '9999-12-31T23:59:59.999Z';
/** Nothing that a route names: what is planted is nobody's object. */
const KEY = { bucket: 'nobody', key: 'k', path: 'Records[0]' };

/** A dead letter as the functions write it, with other fields. */
function letter(fields: object): string {
  const whole = {
    version: 1,
    id: '0123456789abcdef0123456789abcdef',
    kind: 'keys',
    created: TIME,
    last_failed: TIME,
    attempts: 1,
    function: 'on-object-created',
    request_id: 'planted',
    code: 'OmsSync.KeyRefused',
    message: 'planted',
    remedy: 'none',
    sync_task_id: 'planted',
    keys: [KEY],
    event: {},
  };
  return JSON.stringify({ ...whole, ...fields });
}

function invocation(fields: object): string {
  return JSON.stringify({
    timestamp: TIME,
    request_context: { request_id: 'planted' },
    request_payload: {},
    ...fields,
  });
}

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const DEEP = 12_000;

/** Documents of any place: `wrong` has a name for each field that its readers know. */
const ANYWHERE: Readonly<Record<string, () => string>> = {
  'no JSON': () => '{"version":1,',
  deep: () => nested(DEEP),
  'no object': () => '17',
  empty: () => '',
  'many entries': () => `{"version":1,"ranges":[${'{},'.repeat(99_999)}{}]}`,
};

const LATER = 'a later version';

const LETTERS: Readonly<Record<string, () => string>> = {
  ...ANYWHERE,
  'long remedy': () => letter({ remedy: 'x'.repeat(1_200_000), code: 'OmsSync.NoRoute' }),
  'long code': () => letter({ code: 'x'.repeat(1_200_000) }),
  'many codes': () => letter({ code: `OmsSync.${'\u0000'.repeat(50_000)}` }),
  'deep event': () => `${letter({ kind: 'event' }).slice(0, -3)}${nested(DEEP)}}`,
  'far future': () => letter({ created: NEVER, last_failed: NEVER, event_time: NEVER }),
  'no calendar': () => letter({ created: '2026-99-99T99:99:99.999Z', last_failed: '2026-99-99T99:99:99.999Z' }),
  'no Unicode': () => letter({ keys: [{ ...KEY, key: '\ud800' }], message: '\udfff' }),
  'many attempts': () => letter({ attempts: Number.MAX_SAFE_INTEGER }),
  'too many attempts': () => letter({}).replace('"attempts":1', '"attempts":1e999'),
  // Each of them is 21 digits long when it is written anew.
  'many numbers': () => letter({ kind: 'event', event: 0 }).replace(/0}$/, `{"x":[${'1e20,'.repeat(110_000)}1]}}`),
  'other types': () => letter({ code: 17, remedy: null, keys: { length: 3 }, event: [] }),
  [LATER]: () => letter({ version: 2 }),
  'no event': () => invocation({ request_payload: null, timestamp: 'x' }),
  'strange event': () => invocation({ request_payload: { Records: [{ s3: null }, 7] }, response_payload: [[]] }),
  'deep payload': () => invocation({ request_payload: nested(DEEP) }),
  'far invocation': () => invocation({ timestamp: NEVER, request_context: { request_id: [], function_urn: 17 } }),
};

const LAST: Readonly<Record<string, () => string>> = {
  ...ANYWHERE,
  'too large': () => JSON.stringify({ caller: 'timer', position: null, x: 'x'.repeat(1_200_000) }),
  'no source': () => JSON.stringify({ caller: 'timer', position: { source: 'x', name: 7 } }),
  'no name': () => JSON.stringify({ caller: 'timer', position: { source: 'dead_letter', name: '\ud800' } }),
  'long name': () =>
    JSON.stringify({ caller: 'timer', position: { source: 'dead_letter', name: `dead-letters/${'x'.repeat(5_000)}` } }),
};

const STATE: Readonly<Record<string, () => string>> = {
  ...ANYWHERE,
  'far future': () =>
    JSON.stringify({ version: 1, nonce: 'planted', expires: NEVER, started: NEVER, id: 'planted', pass: 1, route: '' }),
  'other types': () =>
    JSON.stringify({ version: 1, nonce: 7, expires: [], pass: -1, ranges: {}, trend: 'x', source: null }),
  'large numbers': () => '{"version":1e308,"pass":9007199254740993,"runs":1e400,"ranges":[]}',
};

/** UTF-8 that is none. */
const BROKEN = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22]);
const STATUSES = [400, 403, 500];

/** Draws planted documents. Most runs have none. */
export function drawPlants(
  random: Random,
  { start, length, routes }: { readonly start: number; readonly length: number; readonly routes: number },
): Plant[] {
  if (!random.chance(0.15)) return [];
  return Array.from({ length: random.int(1, 4) }, () => drawPlant(random, start + random.int(0, length), routes));
}

function drawPlant(random: Random, at: number, routes: number): Plant {
  const where = random.next();
  if (where < 0.25) return { at, name: 'redrive/last.json', ...drawContent(random, LAST) };
  if (where < 0.5 && routes > 0) {
    const route = random.int(0, routes - 1);
    const document = random.pick(['checkpoint', 'complete', 'lease', 'latest']);
    return { at, name: `reconcile/route-${route}/${document}.json`, ...drawContent(random, STATE) };
  }
  const prefix = random.pick(['dead-letters/', 'failed-invocations/on-object-created/', 'parked/']);
  // The first and the last name below a prefix, and one that its own documents have.
  const name = `${prefix}${random.pick(['!', '2026-01-01/00-00-00-', '~'])}${random.hex(32)}.json`;
  return { at, name, ...drawContent(random, LETTERS) };
}

function drawContent(random: Random, documents: Readonly<Record<string, () => string>>): Omit<Plant, 'at' | 'name'> {
  if (random.chance(0.25)) return { body: () => Buffer.from('{}'), status: random.pick(STATUSES), stays: true };
  if (random.chance(0.05)) return { body: () => BROKEN };
  if (random.chance(0.03)) return { body: () => Buffer.alloc(5 * 1024 * 1024, ' '), stays: true };
  const kind = random.pick(Object.keys(documents));
  return { body: () => Buffer.from(documents[kind]?.() ?? ''), ...(kind === LATER && { stays: true }) };
}
