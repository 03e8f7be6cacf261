import { FaultInjector } from '../../local/faults/injector.ts';
import { OBS_VOCABULARY } from '../../local/faults/vocabulary.ts';
import { hash32 } from '../kernel/random.ts';
import type { Answer, Caller, Message, Server, Service } from '../machine/network.ts';
import { withFaults } from './faulty.ts';
import { listingPage, readListingQuery } from './listing.ts';
import { SortedNames } from './sorted-names.ts';

export interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

interface Bucket {
  readonly objects: Map<string, StoredObject>;
  readonly names: SortedNames;
}

export interface ObjectStoreOptions {
  readonly host: string;
  readonly buckets: readonly string[];
  /** Whether `If-Match` and `If-None-Match` of a PUT are honoured; OBS does not say. */
  readonly conditions: boolean;
  /** Most keys of a page, whatever is asked for. */
  readonly pageSize: number;
  readonly now: () => number;
  readonly knows: (accessKey: string) => boolean;
  readonly onPut: (bucket: string, key: string, text: string, caller: Caller | undefined) => void;
  /** Called after the object has gone. */
  readonly onDelete: (bucket: string, key: string, text: string, caller: Caller | undefined) => void;
}

const CODES: Readonly<Record<number, string>> = {
  403: 'AccessDenied',
  404: 'NoSuchKey',
  412: 'PreconditionFailed',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'SlowDown',
};

/** A bucket service with the few operations that dead letters need, atomic and consistent at once. */
export class SimulatedObjectStore implements Server {
  readonly injected = new Map<string, number>();
  requests = 0;
  reach: 'yes' | 'refused' | 'silent' = 'yes';
  readonly #options: ObjectStoreOptions;
  readonly #buckets = new Map<string, Bucket>();
  readonly #faults = new FaultInjector(
    OBS_VOCABULARY,
    (seed, rule, counter, occurrence) => hash32(`${seed} ${rule} ${occurrence} ${counter}`) / 2 ** 32,
  );

  constructor(options: ObjectStoreOptions) {
    this.#options = options;
    for (const bucket of options.buckets) this.#buckets.set(bucket, { objects: new Map(), names: new SortedNames() });
  }

  readonly reachable = (): 'yes' | 'refused' | 'silent' => this.reach;

  /** @param plan as docs/faults.md has it; undefined for none */
  setFaults(plan: unknown): void {
    for (const { fault, injected } of this.#faults.state().rules)
      this.injected.set(fault, (this.injected.get(fault) ?? 0) + injected);
    this.#faults.set(plan);
  }

  /** The objects of a bucket, in no order. */
  objects(bucket: string): ReadonlyMap<string, StoredObject> {
    return this.#bucket(bucket).objects;
  }

  /** Stores an object, without a request: for what the platform itself writes. */
  put(bucket: string, key: string, body: Buffer, caller?: Caller): string {
    const etag = hash32(body.toString('latin1')).toString(16).padStart(32, '0');
    const { objects, names } = this.#bucket(bucket);
    objects.set(key, { body, etag, modified: this.#options.now() });
    names.add(key);
    this.#options.onPut(bucket, key, body.toString('utf8'), caller);
    return etag;
  }

  readonly receive = (message: Message, caller: Caller): Service => {
    this.requests += 1;
    const { bucket, key, query } = this.#parse(message);
    const listing = message.method === 'GET' && key === '';
    const operation = listing ? 'ListObjects' : (OPERATIONS[message.method] ?? 'GetObject');
    const subject = { operation, bucket, ...(listing ? {} : { keys: [key] }) };
    const fired = this.#faults.active ? this.#faults.pick({ scope: 'request', ...subject }) : [];
    const damage =
      listing && this.#faults.active
        ? this.#faults.pick({
            scope: 'listing',
            bucket,
            continued: query.has('continuation-token') || query.has('marker'),
          })
        : [];
    return withFaults(
      fired,
      () => {
        const answer = this.#work(message, { bucket, key, query }, caller);
        if (damage.length === 0 || answer.status !== 200) return answer;
        if (damage[0]?.fault === 'cut_page') return { ...answer, cut: true };
        if (damage[0]?.fault === 'truncated_page')
          return { ...answer, body: answer.body.toString().slice(0, answer.body.length / 2) };
        return answer;
      },
      (status) => refusal(status),
    );
  };

  #parse({ host, target }: Message): { bucket: string; key: string; query: URLSearchParams } {
    const [path = '', search = ''] = splitOnce(target, '?');
    const virtual = host.endsWith(`.${this.#options.host}`) ? host.slice(0, -this.#options.host.length - 1) : undefined;
    const [first = '', rest = ''] = virtual === undefined ? splitOnce(path.slice(1), '/') : [virtual, path.slice(1)];
    return { bucket: first, key: decodeURIComponent(rest), query: new URLSearchParams(search) };
  }

  #work(
    { method, headers, body }: Message,
    { bucket, key, query }: { bucket: string; key: string; query: URLSearchParams },
    caller: Caller,
  ): Answer {
    const accessKey = /Credential=([^/,]+)\//.exec(headers['authorization'] ?? '')?.[1];
    if (accessKey === undefined || !this.#options.knows(accessKey)) return refusal(403, 'InvalidAccessKeyId');
    if (!this.#buckets.has(bucket)) return refusal(404, 'NoSuchBucket');
    const { objects, names } = this.#bucket(bucket);
    if (key === '') return method === 'GET' ? this.#list(bucket, query) : refusal(405, 'MethodNotAllowed');
    const found = objects.get(key);
    switch (method) {
      case 'PUT': {
        if (this.#options.conditions) {
          const wanted = headers['if-match']?.replaceAll('"', '');
          if (headers['if-none-match'] === '*' && found) return refusal(412);
          if (wanted !== undefined && wanted !== found?.etag) return refusal(412);
        }
        return {
          status: 200,
          headers: { etag: `"${this.put(bucket, key, body, caller)}"`, 'content-length': '0' },
          body: '',
        };
      }
      case 'DELETE':
        if (found) {
          objects.delete(key);
          names.delete(key);
          this.#options.onDelete(bucket, key, found.body.toString('utf8'), caller);
        }
        return { status: 204, headers: {}, body: '' };
      case 'GET':
      case 'HEAD': {
        if (!found) return refusal(404);
        const described = {
          etag: `"${found.etag}"`,
          'last-modified': new Date(found.modified).toUTCString(),
          'content-length': `${found.body.length}`,
        };
        return { status: 200, headers: described, body: method === 'HEAD' ? '' : found.body };
      }
      default:
        return refusal(405, 'MethodNotAllowed');
    }
  }

  #list(bucket: string, query: URLSearchParams): Answer {
    const { objects, names } = this.#bucket(bucket);
    const asked = readListingQuery(query, this.#options.pageSize);
    const found = names.after(asked.after, asked.prefix, asked.size);
    const entries = found.slice(0, asked.size).flatMap((key) => {
      const object = objects.get(key);
      return object ? [{ key, size: object.body.length, etag: object.etag, modified: object.modified }] : [];
    });
    const body = listingPage(bucket, asked, entries, found.length > entries.length);
    return { status: 200, headers: { 'content-type': 'application/xml' }, body };
  }

  #bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (!bucket) throw new Error(`The simulation has no bucket ${name}.`);
    return bucket;
  }
}

const OPERATIONS: Readonly<Record<string, string>> = {
  GET: 'GetObject',
  HEAD: 'HeadObject',
  PUT: 'PutObject',
  DELETE: 'DeleteObject',
};

function refusal(status: number, code = CODES[status] ?? 'Error'): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>simulated</Message><RequestId>0</RequestId></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
