import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { FunctionConfig } from '../../serverless/config.ts';
import { listen } from '../listen.ts';
import { agencyCredentials } from './agency.ts';
import { createApi } from './api.ts';
import { writeDocument } from './async/obs-destination.ts';
import type { Destination } from './async/options.ts';
import { AsyncQueue, type AsyncStats } from './async/queue.ts';
import { removeCode, unpackCode } from './code.ts';
import { checkFunctionConfig } from './config-rules.ts';
import { ClosedError, EventTooLargeError } from './errors.ts';
import { Gateway } from './gateway/server.ts';
import { Host } from './host.ts';
import { LIMITS } from './limits.ts';
import { Reaper } from './reaper.ts';
import { Timers } from './timers/timers.ts';
import type { FunctionGraphOptions, InvocationResult } from './types.ts';
import { bundleWorker } from './worker-bundle.ts';

export type { ExecutionResult, FunctionGraphOptions, InvocationResult, LogLine } from './types.ts';

export interface FunctionGraph {
  readonly url: string;
  readonly gatewayUrl: string;
  readonly port: number;
  readonly gatewayPort: number;
  /**
   * Puts a function into service, or new code of it: its routes and timers are those of `fn.events`.
   *
   * @param key the function's key in serverless.yml
   */
  deploy(key: string, fn: FunctionConfig, zip: Uint8Array): Promise<void>;
  /**
   * Invokes a function by key, name or URN.
   *
   * @param event anything that JSON can carry
   * @throws InvocationError when no code ran: unknown function, event too large, throttled, shutting down
   */
  invoke(name: string, event: unknown, options?: { async?: boolean }): Promise<InvocationResult>;
  /** Fires a timer now, whatever its schedule says, and also when it is disabled. */
  fireTimer(functionKey: string, timerName: string): Promise<{ requestId: string }>;
  /** Resolves when no asynchronous invocation is waiting or running, nor on its way to a destination. */
  idle(): Promise<void>;
  stats(): FunctionGraphStats;
  /** Stops accepting, lets running requests end for 5 seconds, keeps what is queued, ends every process. */
  close(): Promise<void>;
}

export interface FunctionGraphStats {
  readonly functions: Readonly<Record<string, { readonly instances: number; readonly busy: number }>>;
  readonly async: AsyncStats;
  readonly timers: ReturnType<Timers['list']>;
}

const DEFAULT_INSTANCES = 16;
const DEFAULT_DESTINATION_ATTEMPTS = 10;
/** Milliseconds that running requests may take to end on close. */
const CLOSE_GRACE = 5000;

/**
 * Starts the local FunctionGraph: the host of the deployed zips, its API, and the gateway in front of the HTTP
 * functions.
 *
 * @throws PortInUseError
 */
export async function startFunctionGraph(options: FunctionGraphOptions): Promise<FunctionGraph> {
  const { host = '127.0.0.1', now = Date.now, log = () => {}, maxInstancesPerFunction } = options;
  const children = new Set<ChildProcess>();
  /** Lines of the requests whose caller wants them. */
  const collected = new Map<string, string[]>();
  let closing: Promise<void> | undefined;
  const timeZone = options.region.startsWith('cn-') ? 'Asia/Shanghai' : 'UTC';

  const worker = await bundleWorker(options.dataDir);
  const reaper = new Reaper(worker);
  const deployed = new Set<string>();
  const functions = new Host({
    worker,
    projectId: options.projectId,
    accounts: options.accounts,
    now,
    log: (line) => {
      collected.get(line.requestId)?.push(line.text);
      log(line);
    },
    maxInstances: maxInstancesPerFunction ?? DEFAULT_INSTANCES,
    maxWaiting: maxInstancesPerFunction === undefined ? LIMITS.concurrentExecutions - DEFAULT_INSTANCES : 0,
    idleInstance: options.idleInstance ?? LIMITS.idleInstance,
    onProcess: (child) => {
      children.add(child);
      reaper.watch(child);
      child.once('exit', () => children.delete(child));
      if (closing) child.kill('SIGKILL');
    },
  });
  const queue = await AsyncQueue.open({
    journal: join(options.dataDir, 'async.jsonl'),
    concurrency: Math.min(options.asyncConcurrency ?? 4, maxInstancesPerFunction ?? DEFAULT_INSTANCES),
    now,
    retryDelay: options.retryDelay ?? ((retry) => 100 * 2 ** retry),
    destinationAttempts: options.destinationAttempts ?? DEFAULT_DESTINATION_ATTEMPTS,
    destinationDelay: options.destinationDelay ?? ((attempt) => Math.min(1000 * 2 ** (attempt - 1), 60_000)),
    timeZone,
    ...(options.destinationPayloads ? { payloads: options.destinationPayloads } : {}),
    onFailure: (key, record) => {
      const { request_context: context, response_context: answer } = record;
      const text = `asynchronous invocation failed: ${context.condition} after ${context.approximate_invoke_count} attempts ${answer.function_error}`;
      functions.log(key, context.request_id, 'ERROR', text);
      options.onAsyncFailure?.(key, record);
    },
    onDestinationError: (key, requestId, error, last) => {
      const outcome = last ? 'its event is lost' : 'it is tried again';
      const text = `the destination of a failed invocation did not take it: ${error.message}; ${outcome}`;
      functions.log(key, requestId, last ? 'ERROR' : 'WARN', text);
    },
    onError: (error) => functions.log('', '', 'ERROR', `asynchronous queue: ${error.message}`),
  });

  const invokeText = async (
    name: string,
    event: string,
    call: { readonly async: boolean; readonly requestId?: string },
  ): Promise<InvocationResult> => {
    if (closing) throw new ClosedError();
    const { key } = functions.find(name);
    const limit = call.async ? LIMITS.asyncRequestBytes : LIMITS.syncRequestBytes;
    const size = Buffer.byteLength(event);
    if (size > limit) throw new EventTooLargeError(size, limit);
    if (call.async) return { outcome: 'accepted', requestId: await queue.push(key, event) };
    return functions.execute(key, call.requestId ?? randomUUID(), event, false);
  };
  const destinationOf = ({ agency, async: { onFailure } }: FunctionConfig): Destination | undefined => {
    if (onFailure?.type === 'FunctionGraph')
      return async (record) => {
        await invokeText(onFailure.function, JSON.stringify(record), { async: true });
      };
    if (onFailure?.type !== 'OBS' || options.objectStore === undefined) return undefined;
    const { bucket, prefix, expires = 0 } = onFailure;
    const place = { endpoint: options.objectStore, region: options.region, bucket, prefix, expires, now };
    const credentials = agencyCredentials(options.accounts, now, agency);
    return (record, accepted, signal) => writeDocument({ ...place, credentials }, record, accepted, signal);
  };
  const timers = new Timers({
    now,
    timeZone,
    fire: (key, event) => invokeText(key, JSON.stringify(event), { async: true }),
    onError: (key, error) => functions.log(key, '', 'ERROR', `timer: ${error.message}`),
  });
  const gateway = new Gateway({
    ...options,
    now,
    invoke: (key, event, call) => invokeText(key, JSON.stringify(event), call),
    log: (key, requestId, text) => functions.log(key, requestId, 'ERROR', text),
  });
  const stats = (): FunctionGraphStats => ({
    functions: functions.stats(),
    async: queue.stats(),
    timers: timers.list(),
  });
  const api = createApi({
    projectId: options.projectId,
    accounts: options.accounts,
    now,
    invoke: invokeText,
    collectLog: (requestId) => {
      const lines: string[] = [];
      collected.set(requestId, lines);
      return () => {
        collected.delete(requestId);
        return lines.map((line) => `${line}\n`).join('');
      };
    },
    fireTimer: (key, name) => timers.fire(key, name),
    status: stats,
    log: (text) => functions.log('', '', 'ERROR', `api: ${text}`),
  });

  // Longer than clients keep theirs, so that none sends into a connection that is just being closed.
  for (const server of [api, gateway.server]) server.keepAliveTimeout = 65_000;

  const close = async (): Promise<void> => {
    timers.close();
    queue.stop();
    const servers = [closeServer(api), closeServer(gateway.server)];
    await functions.close(CLOSE_GRACE);
    for (const child of children) child.kill('SIGKILL');
    await Promise.all([...children].map((child) => new Promise((resolve) => child.once('exit', resolve))));
    for (const server of [api, gateway.server]) server.closeAllConnections();
    await Promise.all(servers);
    await queue.close();
    await reaper.close();
  };

  try {
    const port = await listen(api, { host, port: options.port, what: 'FunctionGraph' });
    const gatewayPort = await listen(gateway.server, { host, port: options.gatewayPort, what: 'the gateway' });
    return {
      url: `http://${host}:${port}`,
      gatewayUrl: `http://${host}:${gatewayPort}`,
      port,
      gatewayPort,
      async deploy(key, config, zip) {
        checkFunctionConfig(key, config, { objectStore: options.objectStore !== undefined });
        gateway.checkRoutes(key, config);
        // The folders of an earlier run's code are nobody's any more.
        if (!deployed.has(key)) await removeCode(options.dataDir, key);
        deployed.add(key);
        const codeRoot = await unpackCode(options.dataDir, key, zip);
        const urn = `urn:fss:${options.region}:${options.projectId}:function:default:${config.name}`;
        functions.deploy({ key, config, urn }, codeRoot);
        gateway.setRoutes(key, config);
        timers.set(key, config);
        const destination = destinationOf(config);
        queue.setTarget(key, {
          urn,
          maxRetries: config.async.maxRetries,
          maxEventAge: config.async.maxEventAge,
          ...(destination ? { destination } : {}),
          execute: (requestId, event) => functions.execute(key, requestId, event, true),
        });
      },
      invoke: (name, event, call) => invokeText(name, JSON.stringify(event ?? null), { async: call?.async === true }),
      fireTimer: (key, name) => timers.fire(key, name),
      idle: () => queue.idle(),
      stats,
      close: () => {
        closing ??= close();
        return closing;
      },
    };
  } catch (error) {
    closing = close();
    await closing;
    throw error;
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // Also when it never listened: the error says so and there is nothing to close.
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
