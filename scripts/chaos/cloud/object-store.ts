import { OBS_VOCABULARY } from '../../local/faults/vocabulary.ts';
import { fromByteKey, toByteKey } from '../../local/obs/byte-key.ts';
import { SortedMap } from '../../local/obs/sorted-map.ts';
import { parseAmzDate } from '../../local/sigv4.ts';
import { hash32 } from '../kernel/random.ts';
import type { Answer, Caller, Message, Server, Service } from '../machine/network.ts';
import { CLOCK_SKEW, FaultyServer, withFaults } from './faulty.ts';
import { type Continuation, type ListingLie, type ListingQuery, listingPage, readListingQuery } from './listing.ts';

export interface StoredObject {
  /** Empty for an object of which only the facts count. */
  readonly body: Buffer;
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

interface Bucket {
  readonly objects: Map<string, StoredObject>;
  /** In the order of the bytes of their UTF-8. */
  readonly names: SortedMap<true>;
}

export interface ObjectStoreOptions {
  readonly host: string;
  readonly buckets: readonly string[];
  /** Whether a signature of another time is refused; not every store does that. */
  readonly checksClock: boolean;
  /** Whether `If-Match` and `If-None-Match` of a PUT are honoured; OBS does not say. */
  readonly conditions: boolean;
  /** Most keys of a page, whatever is asked for. */
  readonly pageSize: number;
  readonly now: () => number;
  readonly knows: (accessKey: string) => boolean;
  /** The fault of the answer to a request for a page, if there is one. */
  readonly lie: (bucket: string) => ListingLie | undefined;
  readonly onListing: (caller: Caller) => void;
  /** A page left objects out, and nothing in it says so. */
  readonly onDropped: (bucket: string) => void;
  readonly onPut: (bucket: string, key: string, text: string, caller: Caller | undefined) => void;
  /** Called after the object has gone. */
  readonly onDelete: (bucket: string, key: string, text: string, caller: Caller | undefined) => void;
}

const CODES: Readonly<Record<number, string>> = {
  400: 'InvalidRequest',
  403: 'AccessDenied',
  404: 'NoSuchKey',
  412: 'PreconditionFailed',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'SlowDown',
};

/** A bucket service with the few operations that the functions need, atomic and consistent at once. */
export class SimulatedObjectStore extends FaultyServer implements Server {
  requests = 0;
  /** Statuses that a GET of one object alone is answered with, by `bucket/key`. */
  readonly unreadable = new Map<string, number>();
  readonly #options: ObjectStoreOptions;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: ObjectStoreOptions) {
    super(OBS_VOCABULARY);
    this.#options = options;
    for (const bucket of options.buckets) this.#buckets.set(bucket, { objects: new Map(), names: new SortedMap() });
  }

  /** The objects of a bucket, in no order. */
  objects(bucket: string): ReadonlyMap<string, StoredObject> {
    return this.#bucket(bucket).objects;
  }

  /** Stores an object, without a request: for what the platform itself writes. */
  put(bucket: string, key: string, body: Buffer, caller?: Caller): string {
    const etag = hash32(body.toString('latin1')).toString(16).padStart(32, '0');
    this.place(bucket, key, { body, size: body.length, etag, modified: this.#options.now() });
    this.#options.onPut(bucket, key, body.toString('utf8'), caller);
    return etag;
  }

  /** Stores an object without telling anybody. */
  place(bucket: string, key: string, object: StoredObject): void {
    const { objects, names } = this.#bucket(bucket);
    objects.set(key, object);
    names.set(toByteKey(key), true);
  }

  /** Deletes an object without telling anybody. */
  remove(bucket: string, key: string): void {
    const { objects, names } = this.#bucket(bucket);
    objects.delete(key);
    names.delete(toByteKey(key));
  }

  readonly receive = (message: Message, caller: Caller): Service => {
    this.requests += 1;
    const { bucket, key, query } = this.#parse(message);
    const listing = message.method === 'GET' && key === '';
    const operation = listing ? 'ListObjects' : (OPERATIONS[message.method] ?? 'GetObject');
    const subject = { operation, bucket, ...(listing ? {} : { keys: [key] }) };
    const fired = this.pick({ scope: 'request', ...subject });
    const continued = query.has('continuation-token') || query.has('marker');
    const [damage] = listing ? this.pick({ scope: 'listing', bucket, continued }) : [];
    return withFaults(
      fired,
      () => {
        const { headers, ...worked } = this.#work(message, { bucket, key, query }, caller);
        const answer = { ...worked, headers: { ...headers, date: new Date(this.#options.now()).toUTCString() } };
        if (answer.status !== 200) return answer;
        if (damage?.fault === 'cut_page') return { ...answer, cut: true };
        if (damage?.fault === 'truncated_page')
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
    const signed = parseAmzDate(headers['x-amz-date'] ?? '') ?? Number.NaN;
    if (this.#options.checksClock && !(Math.abs(this.#options.now() - signed) <= CLOCK_SKEW))
      return refusal(403, 'RequestTimeTooSkewed');
    if (!this.#buckets.has(bucket)) return refusal(404, 'NoSuchBucket');
    const { objects } = this.#bucket(bucket);
    if (key === '') {
      if (method !== 'GET') return refusal(405, 'MethodNotAllowed');
      this.#options.onListing(caller);
      return this.#list(bucket, query);
    }
    const found = objects.get(key);
    const status = method === 'GET' ? this.unreadable.get(`${bucket}/${key}`) : undefined;
    if (status !== undefined) return refusal(status);
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
          this.remove(bucket, key);
          this.#options.onDelete(bucket, key, found.body.toString('utf8'), caller);
        }
        return { status: 204, headers: {}, body: '' };
      case 'GET':
      case 'HEAD': {
        if (!found) return refusal(404);
        const described = {
          etag: `"${found.etag}"`,
          'last-modified': new Date(found.modified).toUTCString(),
          'content-length': `${found.size}`,
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
    const found = namesAfter(names, asked);
    let listed = found.slice(0, asked.size);
    let next: Continuation | undefined = found.length > listed.length ? { after: listed.at(-1) ?? '' } : undefined;
    const lie = this.#options.lie(bucket);
    if (lie === 'ends early' && found.length > 1) {
      listed = listed.slice(0, Math.ceil((found.length - 1) / 2));
      next = undefined;
    } else if (lie === 'repeats' && next !== undefined) next = { after: asked.after };
    else if (lie === 'alternates') {
      listed = [];
      next = { after: asked.after, isAlternate: !asked.isAlternate };
    } else if (lie === 'drops' && listed.length > 2) {
      listed.splice(1, listed.length - 2);
      this.#options.onDropped(bucket);
    }
    const entries = listed.flatMap((key) => {
      const object = objects.get(key);
      return object ? [{ key, ...object }] : [];
    });
    const body = listingPage(bucket, asked, entries, next);
    return { status: 200, headers: { 'content-type': 'application/xml' }, body };
  }

  #bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (!bucket) throw new Error(`The simulation has no bucket ${name}.`);
    return bucket;
  }
}

/** The names that a page is asked for; one more than asked for where there are more. */
function namesAfter(names: SortedMap<true>, { after, prefix, size }: ListingQuery): string[] {
  const [start, first] = [toByteKey(after), toByteKey(prefix)];
  const found: string[] = [];
  const cursor = start < first ? names.seek(first) : names.seek(start, after !== '');
  for (; found.length <= size && cursor.key?.startsWith(first); cursor.next()) found.push(fromByteKey(cursor.key));
  return found;
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
