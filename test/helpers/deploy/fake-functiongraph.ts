import { createHash } from 'node:crypto';
import { type Answer, type Exchange, type Sender, TransportFailure } from '#shared/http/transport.ts';

type Json = Record<string, unknown>;

interface FakeTrigger {
  readonly id: string;
  readonly qualifier: string;
  readonly type: string;
  status: string;
  readonly data: Json;
  /** Number of the call with which it goes: its deletion was asked for. */
  goesAt?: number;
}

interface FakeFunction {
  latest: Json;
  code: string;
  readonly versions: { name: string; config: Json; code: string; at: number; description?: string }[];
  readonly aliases: Map<string, { version: string; description: string; weights: Record<string, number> }>;
  /** Settings by qualifier: `latest`, a version, `!alias`. */
  readonly asyncConfigs: Map<string, Json>;
  readonly triggers: FakeTrigger[];
  changed: boolean;
}

export interface FakeOptions {
  /** Whether a changed configuration alone makes a version publishable. */
  readonly publishing?: 'code' | 'any';
  /** The content that `digest` is of; the vendor says SHA-512, and nobody has checked. */
  readonly digest?: 'sha512' | 'other';
  /** Names in event data that lists leave out. */
  readonly unreturned?: readonly string[];
  /** Names in the configuration of a published version that answers leave out. */
  readonly unreturnedOfVersions?: readonly string[];
  /** Calls that arrive before a trigger is gone whose deletion was answered; until then nothing may take its place. */
  readonly deletion?: number;
  /** Whether such a trigger is not listed any more. */
  readonly deletedAreHidden?: boolean;
  /** Status with which it is listed; its own where it is left out. A second deletion is a conflict then. */
  readonly deletedStatus?: string;
  /** Whether a Kafka trigger is DISABLED after its creation, whatever that asked for. */
  readonly kafkaStartsDisabled?: boolean;
  /** Text in front of the names of triggers when they come back. */
  readonly namePrefix?: string;
  /** Whether `marker` makes no difference to a list of versions, although each page names a next one. */
  readonly versionMarkerIgnored?: boolean;
  /** Refusal of what is asked of a function that is not there. */
  readonly missing?: readonly [status: number, code: string];
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message = 'refused') {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The network's treatment of a call, by its number from 1. */
export type Interference = (
  call: number,
  exchange: Exchange,
) => 'none' | 'before' | 'after' | Answer | ((passed: Answer) => Answer);

const ONE_AT_A_TIME: Record<string, (data: Json) => string> = {
  APIG: (data) => `${data['req_method']} ${String(data['path']).replace(/\{[^}]*\}/g, '{}')}`,
  TIMER: (data) => String(data['name']),
  SMN: (data) => String(data['topic_urn']),
  KAFKA: (data) => String(data['instance_id']),
  OBS: (data) => String(data['bucket']),
};

/**
 * A FunctionGraph in memory, for tests of what is sent and what comes of it. It answers at once, counts, and can lose
 * calls on their way there or back.
 */
export class FakeFunctionGraph implements Sender {
  functions = new Map<string, FakeFunction>();
  /** Every call that arrived. */
  readonly calls: { readonly method: string; readonly path: string; readonly body: string }[] = [];
  /** Encrypted variables, which no answer holds. */
  encrypted = new Map<string, Json>();
  interference: Interference = () => 'none';
  readonly #options: FakeOptions;
  #sent = 0;
  #ids = 0;
  #arrived = 0;
  #time = 1_700_000_000;

  constructor(options: FakeOptions = {}) {
    this.#options = options;
  }

  /** Calls that change something. */
  get writes(): string[] {
    return this.calls.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
  }

  /** Another one in the same state. */
  copy(): FakeFunctionGraph {
    const copy = new FakeFunctionGraph(this.#options);
    copy.functions = structuredClone(this.functions);
    copy.encrypted = structuredClone(this.encrypted);
    copy.#ids = this.#ids;
    copy.#arrived = this.#arrived;
    copy.#time = this.#time;
    return copy;
  }

  /** Deletions that are under way come to their end. */
  finish(): void {
    for (const fn of this.functions.values())
      for (const gone of fn.triggers.filter(({ goesAt }) => goesAt !== undefined))
        fn.triggers.splice(fn.triggers.indexOf(gone), 1);
  }

  forget(): void {
    this.calls.length = 0;
    this.#sent = 0;
  }

  async send(exchange: Exchange): Promise<Answer> {
    this.#sent += 1;
    const fate = this.interference(this.#sent, exchange);
    const lost = (sent: boolean): TransportFailure =>
      new TransportFailure('connection', 'ECONNRESET', { sent, stale: false, status: undefined });
    if (fate === 'before') throw lost(true);
    if (typeof fate === 'object') return fate;
    const answer = this.#answer(exchange);
    if (fate === 'after') throw lost(true);
    return typeof fate === 'function' ? fate(answer) : answer;
  }

  #answer({ method, target, body, headers }: Exchange): Answer {
    const path = decodeURIComponent(target.split('?')[0] ?? '').replace(/^\/v2\/[^/]+\/fgs\//, '');
    const text = body.toString();
    this.calls.push({ method, path, body: text });
    this.#arrived += 1;
    for (const fn of this.functions.values())
      for (const gone of fn.triggers.filter(({ goesAt = Number.POSITIVE_INFINITY }) => goesAt <= this.#arrived))
        fn.triggers.splice(fn.triggers.indexOf(gone), 1);
    if (!headers['authorization']?.startsWith('SDK-HMAC-SHA256 ')) return answerOf(401, { error_code: 'APIGW.0301' });
    try {
      const marker = Number(new URLSearchParams(target.split('?')[1]).get('marker') ?? 0);
      const result = this.#route(method, path.split('/'), text === '' ? {} : (JSON.parse(text) as Json), marker);
      return answerOf(method === 'DELETE' ? 204 : 200, result);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return answerOf(error.status, { error_code: error.code, error_msg: error.message, request_id: 'request-1' });
    }
  }

  #route(method: string, [kind, urn = '', ...rest]: string[], body: Json, marker: number): unknown {
    if (kind === 'triggers') return this.#triggers(method, urn, rest, body);
    if (urn === '') return method === 'POST' ? this.#create(body) : this.#list();
    const { fn, qualifier, name } = this.#find(urn);
    switch (`${method} ${rest[0] ?? ''}`) {
      case 'GET config':
        return this.#config(name, fn, qualifier);
      case 'PUT config':
        return this.#putConfig(name, fn, body);
      case 'PUT code':
        return this.#putCode(fn, body);
      case 'GET versions':
        return {
          versions: [
            { version: 'latest', digest: this.#digest(fn.code), last_modified: iso(this.#time) },
            ...fn.versions.map((one) => ({
              version: one.name,
              digest: this.#digest(one.code),
              last_modified: iso(one.at),
              version_description: one.description,
            })),
          ],
          next_marker: fn.versions.length + 1 + (this.#options.versionMarkerIgnored ? marker : 0),
          ...(this.#options.versionMarkerIgnored ? {} : { count: fn.versions.length + 1 }),
        };
      case 'POST versions':
        return this.#publish(fn, body);
      case 'GET aliases':
        return [...fn.aliases].map(([alias, { version, description, weights }]) => ({
          name: alias,
          version,
          description,
          additional_version_weights: weights,
          alias_urn: `${urn}:!${alias}`,
        }));
      case 'POST aliases': {
        const alias = String(body['name']);
        if (fn.aliases.has(alias)) throw new Refusal(409, 'FSS.1063');
        return this.#setAlias(fn, alias, body);
      }
      case 'PUT aliases': {
        if (!fn.aliases.has(String(rest[1]))) throw new Refusal(404, 'FSS.1053');
        return this.#setAlias(fn, String(rest[1]), body);
      }
      case 'GET async-invoke-config': {
        const found = fn.asyncConfigs.get(qualifier);
        if (!found) throw new Refusal(404, 'FSS.1180');
        return found;
      }
      case 'PUT async-invoke-config':
        fn.asyncConfigs.set(qualifier, body);
        return body;
      case 'DELETE ':
        if (qualifier === 'latest') {
          this.functions.delete(name);
          this.encrypted.delete(name);
        } else this.#deleteVersion(fn, qualifier);
        return undefined;
      default:
        throw new Refusal(404, 'FSS.0404');
    }
  }

  #find(urn: string): { fn: FakeFunction; qualifier: string; name: string } {
    const [, , , , , , name = '', qualifier = 'latest'] = urn.split(':');
    const fn = this.functions.get(name);
    if (!fn) throw new Refusal(...(this.#options.missing ?? ([404, 'FSS.1051'] as const)));
    if (qualifier.startsWith('!')) {
      if (!fn.aliases.has(qualifier.slice(1))) throw new Refusal(404, 'FSS.1053');
    } else if (qualifier !== 'latest' && !fn.versions.some((one) => one.name === qualifier)) {
      throw new Refusal(404, 'FSS.1052');
    }
    return { fn, qualifier, name };
  }

  #list(): unknown {
    const functions = [...this.functions.keys()].map((name) => ({
      func_name: name,
      func_urn: `urn:fss:cn-north-4:project:function:default:${name}:latest`,
      package: 'default',
    }));
    return { functions, next_marker: functions.length, count: functions.length };
  }

  #create(body: Json): unknown {
    const name = String(body['func_name']);
    if (this.functions.has(name)) throw new Refusal(409, 'FSS.1061');
    this.functions.set(name, {
      latest: settingsOf(body),
      code: codeOf(body),
      versions: [],
      aliases: new Map(),
      asyncConfigs: new Map(),
      triggers: [],
      changed: true,
    });
    this.encrypted.set(name, JSON.parse(String(body['encrypted_user_data'] ?? '{}')) as Json);
    return { func_urn: `urn:fss:cn-north-4:project:function:default:${name}:latest` };
  }

  #config(name: string, fn: FakeFunction, qualifier: string): unknown {
    const version = fn.versions.find((one) => one.name === qualifier);
    const { config, code } = version ?? { config: fn.latest, code: fn.code };
    return {
      ...config,
      func_name: name,
      func_urn: `urn:fss:cn-north-4:project:function:default:${name}:${qualifier}`,
      digest: this.#digest(code),
      // A version has a description of its own.
      ...(version ? { description: 'of the version' } : {}),
      ...(version
        ? Object.fromEntries((this.#options.unreturnedOfVersions ?? []).map((field) => [field, undefined]))
        : {}),
    };
  }

  #putConfig(name: string, fn: FakeFunction, body: Json): unknown {
    const { strategy_config: strategy = fn.latest['strategy_config'] } = body;
    fn.latest = { ...settingsOf(body), strategy_config: strategy };
    this.encrypted.set(name, JSON.parse(String(body['encrypted_user_data'] ?? '{}')) as Json);
    if (this.#options.publishing !== 'code') fn.changed = true;
    return {};
  }

  #putCode(fn: FakeFunction, body: Json): unknown {
    const code = codeOf(body);
    if (code === fn.code) throw new Refusal(400, 'FSS.0409', 'same code');
    fn.code = code;
    fn.changed = true;
    return {};
  }

  #publish(fn: FakeFunction, body: Json): unknown {
    const name = String(body['version']);
    if (fn.versions.some((one) => one.name === name)) throw new Refusal(409, 'FSS.1062');
    if (!fn.changed) throw new Refusal(400, 'FSS.1016');
    if (fn.versions.length >= 19) throw new Refusal(403, 'FSS.1042', 'too many versions');
    this.#time += 1;
    const description = String(body['description'] ?? '');
    fn.versions.push({ name, config: fn.latest, code: fn.code, at: this.#time, description });
    fn.changed = false;
    return { version: name };
  }

  #setAlias(fn: FakeFunction, alias: string, body: Json): unknown {
    const version = String(body['version']);
    if (!fn.versions.some((one) => one.name === version)) throw new Refusal(404, 'FSS.1052');
    const taken = [...fn.aliases].some(([name, one]) => name !== alias && one.version === version);
    if (taken) throw new Refusal(409, 'FSS.1066');
    const old = fn.aliases.get(alias);
    fn.aliases.set(alias, {
      version,
      description: String(body['description'] ?? old?.description ?? ''),
      weights: (body['additional_version_weights'] ?? old?.weights ?? {}) as Record<string, number>,
    });
    return { name: alias, version };
  }

  #deleteVersion(fn: FakeFunction, version: string): void {
    fn.versions.splice(
      fn.versions.findIndex((one) => one.name === version),
      1,
    );
    for (const [alias, { version: named }] of fn.aliases) if (named === version) fn.aliases.delete(alias);
  }

  #triggers(method: string, urn: string, [type, id]: string[], body: Json): unknown {
    const { fn, qualifier } = this.#find(urn);
    const index = fn.triggers.findIndex((one) => one.id === id && one.type === type && one.qualifier === qualifier);
    const found = fn.triggers[index];
    if (id !== undefined && !found) throw new Refusal(404, 'FSS.1131');
    if (method === 'GET')
      return fn.triggers
        .filter((one) => one.qualifier === qualifier)
        .filter((one) => one.goesAt === undefined || !this.#options.deletedAreHidden)
        .map((one) => ({
          trigger_id: one.id,
          trigger_type_code: one.type,
          trigger_status: (one.goesAt === undefined ? undefined : this.#options.deletedStatus) ?? one.status,
          event_data: this.#returned(one.data),
        }));
    if (method === 'POST') return this.#createTrigger(fn, qualifier, body);
    if (method === 'PUT' && found) found.status = String(body['trigger_status']);
    if (method === 'DELETE' && id === undefined) fn.triggers.length = 0;
    if (method === 'DELETE' && found) {
      const { deletion = 0 } = this.#options;
      if (deletion === 0) fn.triggers.splice(index, 1);
      else if (found.goesAt !== undefined && this.#options.deletedStatus) throw new Refusal(409, 'FSS.0409');
      else found.goesAt ??= this.#arrived + deletion;
    }
    return undefined;
  }

  #createTrigger(fn: FakeFunction, qualifier: string, body: Json): unknown {
    const type = String(body['trigger_type_code']);
    const data = body['event_data'] as Json;
    const identity = ONE_AT_A_TIME[type];
    // A route or a bucket is taken by whatever function has it; the others by this one.
    const rivals = type === 'APIG' || type === 'OBS' ? [...this.functions.values()] : [fn];
    const taken = rivals.some((rival) =>
      rival.triggers.some((one) => one.type === type && identity?.(one.data) === identity?.(data)),
    );
    if (identity && taken) throw new Refusal(409, 'FSS.1147');
    if (
      fn.triggers.some(
        (one) => one.type === type && type === 'EVENTGRID' && one.data['trigger_name'] === data['trigger_name'],
      )
    )
      throw new Refusal(400, 'FSS.1307');
    if (fn.triggers.filter((one) => one.qualifier === qualifier).length >= 10) throw new Refusal(400, 'FSS.1306');
    this.#ids += 1;
    const asked = this.#options.kafkaStartsDisabled && type === 'KAFKA' ? undefined : body['trigger_status'];
    const status = String(asked ?? (type === 'KAFKA' ? 'DISABLED' : 'ACTIVE'));
    fn.triggers.push({ id: `trigger-${this.#ids}`, qualifier, type, status, data });
    return { trigger_id: `trigger-${this.#ids}`, trigger_type_code: type };
  }

  #returned(data: Json): Json {
    const hidden = ['kafka_password', ...(this.#options.unreturned ?? [])];
    const { namePrefix = '' } = this.#options;
    const isName = (name: string): boolean => name === 'name' || name === 'trigger_name';
    return Object.fromEntries(
      Object.entries(data)
        .filter(([name]) => !hidden.includes(name))
        .map(([name, value]) => [name, isName(name) ? `${namePrefix}${String(value)}` : value]),
    );
  }

  #digest(code: string): string {
    const bytes = Buffer.from(code, 'base64');
    if (this.#options.digest === 'other') return createHash('md5').update(bytes).digest('base64');
    return createHash('sha512').update(bytes).digest('hex');
  }

  /** Everything that matters of the state, without what differs from run to run. */
  summary(): unknown {
    return [...this.functions]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, fn]) => {
        const live = fn.aliases.get('live');
        const version = fn.versions.find((one) => one.name === live?.version);
        return {
          name,
          config: version && { ...version.config, description: undefined },
          // The comment that made it another zip is left out.
          code: version && zipWithoutComment(Buffer.from(version.code, 'base64')).toString('base64'),
          encrypted: this.encrypted.get(name),
          async: fn.asyncConfigs.get('!live'),
          triggers: fn.triggers
            .map(({ qualifier, type, status, data }) => JSON.stringify({ qualifier, type, status, data }))
            .sort(),
        };
      });
  }
}

function zipWithoutComment(zip: Buffer): Buffer {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) return zip;
  return Buffer.concat([zip.subarray(0, end + 20), Buffer.alloc(2)]);
}

function settingsOf(body: Json): Json {
  const { func_code: _code, encrypted_user_data: _secrets, log_config: logs, ...rest } = body;
  const { group_id, stream_id } = (logs ?? {}) as Json;
  return { ...rest, ...(logs ? { log_group_id: group_id, log_stream_id: stream_id } : {}) };
}

function codeOf(body: Json): string {
  return String((body['func_code'] as Json)['file']);
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

export function answerOf(status: number, body?: unknown): Answer {
  return {
    status,
    headers: { 'x-request-id': 'request-1' },
    body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
  };
}
