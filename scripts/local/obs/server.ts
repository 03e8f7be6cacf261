import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Accounts } from '../accounts.ts';
import { answerControl, isControl } from '../faults/control.ts';
import type { Draw } from '../faults/draw.ts';
import type { FaultState } from '../faults/injector.ts';
import type { FaultPlan } from '../faults/plan.ts';
import { closeServer, createHttpServer } from '../http-server.ts';
import { listen } from '../listen.ts';
import { Archive } from './archive.ts';
import type { Authenticator, Payload } from './auth.ts';
import { authenticate } from './authenticate.ts';
import { Body } from './body.ts';
import type { Allows, Call, Reply } from './call.ts';
import { DeliveryQueue } from './delivery.ts';
import { answerHeaders, innerHeaders, speaksObs, withHoisted } from './dialect.ts';
import { S3Error } from './errors.ts';
import { ConnectionFault, ObsFaults } from './faults.ts';
import { type BucketTrigger, eventNamesOf, type NotificationDelivery } from './notifications.ts';
import { headApiVersion } from './operations/buckets.ts';
import { corsHeaders, preflight } from './operations/cors.ts';
import { isForm, postObject } from './operations/post-object.ts';
import { bucketOfHost, parseTarget, type Target } from './request.ts';
import { RequestBody } from './request-body.ts';
import { checkRequestHeaders } from './request-headers.ts';
import { operationFor } from './routing.ts';
import { send } from './send.ts';
import { Store } from './store.ts';
import { elements, xmlDocument } from './xml.ts';

export { PortInUseError } from '../listen.ts';
export type { BucketTrigger } from './notifications.ts';

export interface ObsOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly host?: string;
  readonly region: string;
  readonly accounts: Accounts;
  readonly now?: () => number;
  /** Receives what went wrong inside and was answered with 500, and notifications that could not be delivered. */
  readonly onError?: (error: Error) => void;
  readonly deliver?: (delivery: NotificationDelivery) => void | Promise<void>;
  readonly notificationMaxAge?: number;
  /** Milliseconds that restoring an archived object takes; a minute unless given, the least that the vendor names. */
  readonly restoreTime?: number;
  /** Writes through to the device before answering; false unless given, which survives a killed process. */
  readonly fsync?: boolean;
  readonly faults?: FaultPlan;
  /** The luck of a fault plan; by default a hash of seed, rule and occurrence. */
  readonly faultDraw?: Draw;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly graceMs?: number;
}

export interface ObsServer {
  readonly url: string;
  readonly port: number;
  setTriggers(triggers: readonly BucketTrigger[]): void;
  faults(): FaultState;
  close(): Promise<void>;
}

/** Starts an S3-compatible object store that sends OBS notifications. Throws PortInUseError. */
export async function startObs(options: ObsOptions): Promise<ObsServer> {
  const { host = '127.0.0.1', onError = () => {}, graceMs = 5000 } = options;
  const faults = new ObsFaults(options);
  const store = await Store.open(options.dataDir, { fsync: options.fsync ?? false });
  const deliveries = new DeliveryQueue({
    region: options.region,
    now: options.now ?? Date.now,
    ...(options.notificationMaxAge === undefined ? {} : { maxAge: options.notificationMaxAge }),
    deliver: (delivery, event) => faults.deliver(delivery, event, options.deliver),
    onDelivered: (event) => store.notified(event.sequence).catch(onError),
    onError,
  });
  store.listener = { wants: (event) => deliveries.wants(event), committed: (event) => deliveries.add(event) };
  let undelivered = store.undelivered();
  const service = new Service(options, store, faults);
  const server = createHttpServer((request, response) => service.handle(request, response), {
    keepAlive: 30_000,
    onError,
  });
  // Uploads may take any time.
  server.requestTimeout = 0;
  // Node without this listener asks for the body at once, even of a request that is going to be refused.
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  let port: number;
  try {
    port = await listen(server, { port: options.port, host, what: 'the object store' });
  } catch (error) {
    await store.close();
    throw error;
  }
  const sweep = store.sweep().catch((error: unknown) => onError(error as Error));
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host}:${port}`,
    port,
    faults: () => faults.injector.state(),
    setTriggers: (triggers) => {
      for (const trigger of triggers) trigger.events.forEach(eventNamesOf);
      deliveries.triggers = [...triggers];
      const late = undelivered;
      undelivered = [];
      for (const event of late) deliveries.add(event);
    },
    close: () => {
      closing ??= (async () => {
        service.closing = true;
        faults.hurry();
        await closeServer(server, AbortSignal.timeout(graceMs));
        await Promise.all([service.idle(), sweep]);
        const delivered = deliveries.close(graceMs);
        faults.close();
        await delivered;
        await store.close();
      })();
      return closing;
    },
  };
}

class Service {
  readonly #options: ObsOptions;
  readonly #store: Store;
  readonly #archive: Archive;
  readonly #faults: ObsFaults;
  readonly #active = new Set<Promise<void>>();
  /** Set when the server takes no more connections: answers then ask clients to hang up. */
  closing = false;

  constructor(options: ObsOptions, store: Store, faults: ObsFaults) {
    this.#options = options;
    this.#faults = faults;
    this.#store = store;
    this.#archive = new Archive(options.restoreTime ?? 60_000, options.now ?? Date.now);
  }

  handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const work = this.#handle(request, response).finally(() => this.#active.delete(work));
    this.#active.add(work);
    return work;
  }

  /** Resolves when no request is being worked on, also none whose connection is gone. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#active);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host = '' } = request.headers;
    if (isControl(request) && bucketOfHost(host) === undefined)
      return answerControl(request, response, this.#faults.injector);
    const requestId = randomBytes(16).toString('hex').toUpperCase();
    const method = request.method ?? 'GET';
    const headers = headersOf(request);
    const source = new RequestBody(request, response);
    let target: Target | undefined;
    let reply: Reply;
    try {
      target = parseTarget(request.url ?? '/', host);
      reply = await this.#answer(request, source, method, target, headers, requestId);
    } catch (error) {
      if (error instanceof ConnectionFault) {
        request.socket.resetAndDestroy();
        return;
      }
      reply = this.#refusal(error, request, target, requestId);
    }
    const cors = target?.bucket === undefined ? undefined : this.#store.findBucket(target.bucket)?.cors;
    try {
      const answer = {
        ...(method === 'OPTIONS' ? {} : corsHeaders(cors, headers['origin'], method)),
        'x-amz-request-id': requestId,
        'x-amz-id-2': requestId,
        server: 'OBS',
        ...(this.closing || source.awaited ? { connection: 'close' } : {}),
        ...reply.headers,
      };
      const obs = target !== undefined && speaksObs(headers, target.query);
      await send(response, method, reply, answerHeaders(answer, obs));
    } catch (error) {
      // The headers are out: a connection that breaks off is the only way left to say so.
      response.destroy();
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE')
        this.#options.onError?.(error as Error);
    } finally {
      reply.release?.();
      await source.discard();
    }
  }

  async #answer(
    request: IncomingMessage,
    source: RequestBody,
    method: string,
    target: Target,
    sent: Readonly<Record<string, string>>,
    requestId: string,
  ): Promise<Reply> {
    const { accounts, region, now = Date.now } = this.#options;
    const { bucket = '', key = '', query, rawPath, resource } = target;
    if (method === 'OPTIONS') return preflight(this.#store.bucket(bucket).cors, sent);
    if (method === 'HEAD' && key === '' && query.has('apiversion')) return headApiVersion(this.#store, bucket);
    const authenticator: Authenticator = { find: (accessKey) => accounts.find(accessKey), now };
    const stream: AsyncIterable<Buffer> = { [Symbol.asyncIterator]: () => source };
    const fromForm = bucket !== '' && key === '' && isForm(method, sent['content-type']);
    const signed = { method, rawPath, resource, query, headers: sent };
    const caller = fromForm ? undefined : authenticate(signed, authenticator);
    const headers = caller?.presigned ? withHoisted(sent, query) : innerHeaders(sent);
    checkRequestHeaders(headers);
    const payload: Payload = caller?.payload ?? { chunked: false, trailer: false };
    const allows = (accessKey: string) => allowsOf(accounts, accessKey, region);
    const call: Call = {
      store: this.#store,
      archive: this.#archive,
      bucket,
      key,
      query,
      headers,
      obs: speaksObs(sent, query),
      body: new Body(stream, headers, payload),
      // A form names its sender in its fields.
      allows: caller ? allows(caller.accessKey) : () => false,
      region,
      now,
      event: (name, part) => ({
        name,
        time: now(),
        requestId,
        ...(part === undefined ? {} : { part }),
        sourceAddress: (request.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
      }),
    };
    if (fromForm) return postObject(call, stream, { ...authenticator, allows });
    const operation = operationFor(method, target, call);
    return this.#faults.answer(method, target, () => operation(call));
  }

  #refusal(error: unknown, request: IncomingMessage, target: Target | undefined, requestId: string): Reply {
    let refusal: S3Error;
    if (error instanceof S3Error) refusal = error;
    else if (request.destroyed && !request.complete) refusal = new S3Error('RequestTimeout');
    else {
      this.#options.onError?.(error as Error);
      refusal = new S3Error('InternalError');
    }
    const fields = Object.entries(refusal.fields).map(([name, value]) => [name.replace(/[^A-Za-z0-9-]/g, ''), value]);
    const about = { Resource: target?.resource, RequestId: requestId, HostId: requestId };
    return {
      status: refusal.status,
      headers: {
        'content-type': 'application/xml',
        // An answer to HEAD has no body; clients of OBS read these.
        ...Object.fromEntries(
          ['x-amz-error', 'x-obs-error'].flatMap((name) => [
            [`${name}-code`, refusal.code],
            [`${name}-message`, refusal.message.replace(/[^\x20-\x7e]/g, '?')],
          ]),
        ),
      },
      body: xmlDocument(
        `<Error>${elements({ Code: refusal.code, Message: refusal.message, ...Object.fromEntries(fields), ...about })}</Error>`,
      ),
    };
  }
}

function allowsOf(accounts: Accounts, accessKey: string, region: string): Allows {
  const permissions = accounts.permissionsOf(accessKey);
  if (permissions === undefined) return () => true;
  return (action, bucket, key) =>
    permissions.allows(
      action,
      // Buckets are of no region as far as IAM is concerned; a policy has `*` there.
      key === undefined ? `obs:${region}:local:bucket:${bucket}` : `obs:${region}:local:object:${bucket}/${key}`,
    );
}

/** Several values of one name joined with a comma and no space, as signatures have them. */
function headersOf(request: IncomingMessage): Readonly<Record<string, string>> {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, values] of Object.entries(request.headersDistinct)) headers[name] = (values ?? []).join(',');
  return headers;
}
