import { setTimeout as delay } from 'node:timers/promises';
import type { Draw } from '../faults/draw.ts';
import { FaultInjector } from '../faults/injector.ts';
import { ListingFaults } from '../faults/listing-faults.ts';
import { NotificationFaults } from '../faults/notification-faults.ts';
import type { FaultPlan } from '../faults/plan.ts';
import { OBS_VOCABULARY } from '../faults/vocabulary.ts';
import type { Reply } from './call.ts';
import type { NotificationDelivery } from './notifications.ts';
import type { ObjectEvent } from './records.ts';
import type { Target } from './request.ts';
import { elements, xmlDocument } from './xml.ts';

export class ConnectionFault extends Error {
  override readonly name = 'ConnectionFault';
}

interface ObsFaultOptions {
  readonly faults?: FaultPlan;
  readonly faultDraw?: Draw;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const CODES: Readonly<Record<number, readonly [string, string]>> = {
  403: ['AccessDenied', 'Access Denied'],
  429: ['TooManyRequests', 'Please reduce your request rate.'],
  500: ['InternalError', 'We encountered an internal error. Please try again.'],
  503: ['SlowDown', 'Please reduce your request rate.'],
};

/** Applies a fault plan to the object store's requests, pages of listings, and notifications. */
export class ObsFaults {
  readonly injector: FaultInjector;
  readonly #listing: ListingFaults;
  readonly #notifications: NotificationFaults;
  readonly #sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly #hurrying = new AbortController();
  readonly #closing = new AbortController();

  constructor({ faults, faultDraw, sleep }: ObsFaultOptions) {
    this.injector = new FaultInjector(OBS_VOCABULARY, faultDraw);
    this.injector.set(faults);
    this.#sleep = sleep ?? ((ms, signal) => delay(ms, undefined, { signal }));
    this.#listing = new ListingFaults(this.injector);
    this.#notifications = new NotificationFaults(this.injector, { sleep: this.#sleep, signal: this.#closing.signal });
  }

  deliver(
    delivery: NotificationDelivery,
    { bucket, key }: Pick<ObjectEvent, 'bucket' | 'key'>,
    send: ((delivery: NotificationDelivery) => void | Promise<void>) | undefined,
  ): Promise<void> {
    return this.#notifications.deliver(delivery, { bucket, key }, async () => send?.(delivery));
  }

  /**
   * @param work answers as usual
   * @throws ConnectionFault
   */
  async answer(method: string, target: Target, work: () => Promise<Reply>): Promise<Reply> {
    const operation = this.injector.active ? operationOf(method, target) : undefined;
    if (operation === undefined) return work();
    const { bucket = '', key, query } = target;
    const continued = ['continuation-token', 'start-after', 'marker'].some((name) => (query.get(name) ?? '') !== '');
    const keys = key === undefined ? [] : [key];
    const fired = this.injector.pick({ scope: 'request', operation, bucket, keys, continued });
    const slow = fired.reduce((sum, { fault, ms = 0 }) => (fault === 'slow' ? sum + ms : sum), 0);
    if (slow > 0) await this.#sleep(slow, this.#hurrying.signal).catch(() => {});
    const end = fired.find(({ fault }) => fault !== 'slow');
    if (end?.fault === 'status') return refusal(end.status ?? 503, end.retry_after);
    if (end?.fault === 'reset' && end.when !== 'after') throw new ConnectionFault();
    const reply = await work();
    if (end?.fault === 'reset') {
      reply.release?.();
      throw new ConnectionFault();
    }
    return operation === 'ListObjects' ? this.#page(reply, target, continued) : reply;
  }

  /** Slow answers are given at once. */
  hurry(): void {
    this.#hurrying.abort();
  }

  /** Notifications that wait are broken off; they are delivered after the next start. Call when no attempt follows. */
  close(): void {
    this.#closing.abort();
  }

  #page(reply: Reply, { bucket = '', query }: Target, continued: boolean): Reply {
    if (reply.status !== 200 || typeof reply.body !== 'string') return reply;
    const listing = JSON.stringify(['list-type', 'prefix', 'delimiter', 'max-keys'].map((name) => query.get(name)));
    const { xml, cut } = this.#listing.page(reply.body, { bucket, listing, continued });
    if (!cut) return { ...reply, body: xml };
    const bytes = Buffer.from(xml);
    return { ...reply, headers: { ...reply.headers, 'content-length': String(bytes.length) }, body: half(bytes) };
  }
}

/** Half of a document; then the connection breaks off, which is what an error in a body does. */
async function* half(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes.subarray(0, Math.ceil(bytes.length / 2));
  // The error that a client which hung up causes: it is not reported.
  throw Object.assign(new ConnectionFault(), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
}

function operationOf(method: string, { bucket, key, query }: Target): string | undefined {
  if (bucket === undefined) return undefined;
  if (key === undefined) {
    const others = query.pairs.some(([name]) => !LISTING_PARAMETERS.has(name));
    return method === 'GET' && !others ? 'ListObjects' : undefined;
  }
  return query.pairs.some(([name]) => name === 'uploads' || name === 'uploadId')
    ? undefined
    : OBJECT_OPERATIONS[method];
}

const LISTING_PARAMETERS: ReadonlySet<string> = new Set([
  ...['list-type', 'prefix', 'delimiter', 'marker', 'max-keys', 'encoding-type', 'continuation-token'],
  ...['start-after', 'fetch-owner', 'x-id'],
]);

const OBJECT_OPERATIONS: Readonly<Record<string, string>> = {
  GET: 'GetObject',
  HEAD: 'HeadObject',
  PUT: 'PutObject',
  DELETE: 'DeleteObject',
};

function refusal(status: number, retryAfter: number | undefined): Reply {
  const [code, message] = CODES[status] ?? ['InternalError', ''];
  return {
    status,
    headers: {
      'content-type': 'application/xml',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
    body: xmlDocument(`<Error>${elements({ Code: code, Message: message })}</Error>`),
  };
}
