import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { FunctionConfig } from '../../serverless/config.ts';
import { closeServer } from '../http-server.ts';
import { listen } from '../listen.ts';
import { agencyCredentials } from './agency.ts';
import { createApi } from './api.ts';
import { writeDocument } from './async/obs-destination.ts';
import type { Destination } from './async/options.ts';
import { AsyncQueue, type AsyncStats } from './async/queue.ts';
import { removeAllCode } from './code.ts';
import { ControlPlane } from './control/control-plane.ts';
import { deployDirectly } from './control/direct-deployment.ts';
import { registerInvocationRoutes } from './control/invocation.ts';
import type { AsyncSettings, Version } from './control/model.ts';
import { labelOf } from './control/model.ts';
import { fetchFromObs } from './control/obs-code.ts';
import { authorizer } from './control/permissions.ts';
import { Router } from './control/router.ts';
import { registerControlRoutes } from './control/routes.ts';
import { labelOfLane, Runner } from './control/runner.ts';
import { FunctionStore } from './control/store.ts';
import { Gateway } from './gateway/server.ts';
import { Host } from './host.ts';
import { LIMITS } from './limits.ts';
import { Logs } from './logs/logs.ts';
import type { FunctionGraphOptions } from './options.ts';
import { Reaper } from './reaper.ts';
import { Timers } from './timers/timers.ts';
import { addTriggerRoutes } from './triggers/api.ts';
import { TriggerRegistry } from './triggers/registry.ts';
import type { InvocationResult } from './types.ts';
import { bundleWorker } from './worker-bundle.ts';

export type { FunctionGraphOptions } from './options.ts';
export type { ExecutionResult, LogLine } from './types.ts';

export interface FunctionGraph {
  readonly url: string;
  readonly gatewayUrl: string;
  readonly port: number;
  readonly gatewayPort: number;
  /** Puts a function into service, or new code of it, with the routes and timers of `fn.events`. */
  deploy(key: string, fn: FunctionConfig, zip: Uint8Array): Promise<void>;
  /**
   * Invokes a function by key, name or URN with anything that JSON can carry.
   * @throws InvocationError when no code ran: unknown function, event too large, throttled, shutting down
   */
  invoke(name: string, event: unknown, options?: { async?: boolean }): Promise<InvocationResult>;
  fireTimer(functionKey: string, timerName: string): Promise<{ requestId: string }>;
  release(): void;
  /** Resolves when no asynchronous invocation is waiting or running, nor on its way to a destination. */
  idle(): Promise<void>;
  stats(): FunctionGraphStats;
  /** Stops accepting, lets running requests end for 5 seconds, keeps what is queued, ends every process. */
  close(): Promise<void>;
}

interface FunctionGraphStats {
  readonly functions: Readonly<Record<string, { readonly instances: number; readonly busy: number }>>;
  readonly async: AsyncStats;
  readonly timers: ReturnType<Timers['list']>;
}

const DEFAULT_INSTANCES = 16;
const DEFAULT_DESTINATION_ATTEMPTS = 10;
const CLOSE_GRACE = 5000;

/** Starts the host of the deployed zips, its API, and the gateway in front of HTTP functions. Throws PortInUseError. */
export async function startFunctionGraph(options: FunctionGraphOptions): Promise<FunctionGraph> {
  const { host: address = '127.0.0.1', now = Date.now, log = () => {}, maxInstancesPerFunction } = options;
  const children = new Set<ChildProcess>();
  const collected = new Map<string, string[]>();
  let logs: Logs | undefined;
  let gatewayUrl = '';
  let closing: Promise<void> | undefined;
  let over = false;
  const timeZone = options.region.startsWith('cn-') ? 'Asia/Shanghai' : 'UTC';

  const worker = await bundleWorker(options.dataDir);
  const reaper = new Reaper(worker);
  // Code that an earlier run unpacked has no owner any more.
  await removeAllCode(options.dataDir);
  const host = new Host({
    worker,
    dataDir: options.dataDir,
    projectId: options.projectId,
    accounts: options.accounts,
    now,
    log: (line) => {
      collected.get(line.requestId)?.push(line.text);
      logs?.add(line);
      log(line);
    },
    maxInstances: maxInstancesPerFunction ?? DEFAULT_INSTANCES,
    maxWaiting: maxInstancesPerFunction === undefined ? LIMITS.concurrentExecutions - DEFAULT_INSTANCES : 0,
    idleInstance: options.idleInstance ?? LIMITS.idleInstance,
    onProcess: (child) => {
      children.add(child);
      reaper.watch(child);
      child.once('exit', () => children.delete(child));
      if (over) child.kill('SIGKILL');
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
    ...(options.hold ? { hold: true } : {}),
    ...(options.destinationPayloads ? { payloads: options.destinationPayloads } : {}),
    onFailure: (lane, record) => {
      const key = labelOfLane(lane);
      const { request_context: context, response_context: answer } = record;
      const text = `asynchronous invocation failed: ${context.condition} after ${context.approximate_invoke_count} attempts ${answer.function_error}`;
      host.log(key, context.request_id, 'ERROR', text);
      options.onAsyncFailure?.(key, record);
    },
    onDestinationError: (lane, requestId, error, last) => {
      const key = labelOfLane(lane);
      const outcome = last ? 'its event is lost' : 'it is tried again';
      const text = `the destination of a failed invocation did not take it: ${error.message}; ${outcome}`;
      host.log(key, requestId, last ? 'ERROR' : 'WARN', text);
    },
    onError: (error) => host.log('', '', 'ERROR', `asynchronous queue: ${error.message}`),
  });

  const destinationOf = ({ onFailure }: AsyncSettings, { settings }: Version): Destination | undefined => {
    if (onFailure?.type === 'FunctionGraph')
      return async (record) => {
        await runner.invoke(onFailure.function, record, { async: true });
      };
    if (onFailure?.type !== 'OBS' || options.objectStore === undefined) return undefined;
    const { bucket, prefix } = onFailure;
    const place = { endpoint: options.objectStore, region: options.region, bucket, prefix, now };
    const credentials = agencyCredentials(options.accounts, now, settings.xrole ?? settings.appXrole);
    return (record, accepted, signal) => writeDocument({ ...place, credentials }, record, accepted, signal);
  };
  const runner = new Runner({ host, queue, destination: destinationOf, closing: () => closing !== undefined });
  const { region, projectId } = options;
  const plane = await ControlPlane.open({
    store: new FunctionStore(join(options.dataDir, 'control')),
    region,
    projectId,
    now,
    ...(options.random ? { random: options.random } : {}),
    onChange: (before, after) => runner.changed(before, after),
  });
  runner.use(plane);
  const labelFor = (target: string): string => runner.find(target)?.label ?? target;
  const timers = new Timers({
    now,
    timeZone,
    fire: (target, event) => runner.invoke(target, event, { async: true }),
    onError: (target, error) => host.log(labelFor(target), '', 'ERROR', `timer: ${error.message}`),
  });
  const gateway = new Gateway({
    ...options,
    now,
    invoke: (target, event, call) => runner.invoke(target, event, call),
    log: (target, requestId, text) => host.log(labelFor(target), requestId, 'ERROR', text),
  });
  const stats = (): FunctionGraphStats => ({
    functions: host.stats(plane.list().map(labelOf)),
    async: queue.stats(),
    timers: timers.list().map((timer) => ({ ...timer, function: labelFor(timer.function) })),
  });

  const logProblem = (text: string): void => host.log('', '', 'ERROR', `api: ${text}`);
  const router = new Router({
    projectId,
    accounts: options.accounts,
    ...(options.tokens ? { tokens: options.tokens } : {}),
    now,
    log: logProblem,
    authorize: authorizer({ accounts: options.accounts, region, projectId }),
  });
  let triggers: TriggerRegistry;
  logs = new Logs({ region, projectId, functions: runner });
  logs.addRoutes(router);
  registerControlRoutes(
    router,
    {
      plane,
      place: { region, projectId, timeZone, urnOf: (fn, qualifier) => plane.urnOf(fn, qualifier) },
      fetchCode: fetchFromObs({
        endpoint: options.objectStore,
        region,
        credentials: agencyCredentials(options.accounts, now),
        now,
      }),
      triggers: () => triggers,
      invocations: (place) => runner.invocations(place),
      publishing: options.publishing ?? 'change',
      objectStore: options.objectStore !== undefined,
    },
    () => Object.values(stats().functions).reduce((sum, { busy }) => sum + busy, 0),
  );
  registerInvocationRoutes(router, {
    invoke: async (urn, event, call) => {
      // Names and keys are for people; the API takes URNs.
      plane.locate(urn);
      return runner.invokeText(urn, event, call);
    },
    collectLog: (requestId) => {
      const lines: string[] = [];
      collected.set(requestId, lines);
      return () => {
        collected.delete(requestId);
        return lines.map((line) => `${line}\n`).join('');
      };
    },
  });
  /** Timers are known by the key that a function was deployed with, or by its URN. */
  const fireTimer = (key: string, name: string): Promise<{ requestId: string }> => {
    const found = runner.find(key);
    const named = found && timers.list().some((timer) => timer.function === found.label && timer.name === name);
    return timers.fire(found ? (named ? found.label : found.functionUrn) : key, name);
  };
  const api = createApi({
    router,
    fireTimer,
    status: stats,
    log: logProblem,
  });

  const close = async (): Promise<void> => {
    timers.close();
    queue.stop();
    const ended = new AbortController();
    const servers = [api, gateway.server].map((server) => closeServer(server, ended.signal));
    await host.close(CLOSE_GRACE);
    over = true;
    for (const child of children) child.kill('SIGKILL');
    await Promise.all([...children].map((child) => new Promise((resolve) => child.once('exit', resolve))));
    await host.settled();
    ended.abort();
    await Promise.all(servers);
    await queue.close();
    await reaper.close();
  };

  try {
    triggers = await TriggerRegistry.open({
      dataDir: join(options.dataDir, 'control'),
      region,
      functions: runner,
      gateway,
      timers,
      now,
      log: (fn, text) => host.log(fn, '', 'WARN', text),
      ...(options.onBucketTriggers ? { onBucketTriggers: options.onBucketTriggers } : {}),
    });
    addTriggerRoutes(router, triggers, { timeZone, gatewayUrl: () => gatewayUrl });
    const gatewayPort = await listen(gateway.server, { host: address, port: options.gatewayPort, what: 'the gateway' });
    gatewayUrl = `http://${address}:${gatewayPort}`;
    const port = await listen(api, { host: address, port: options.port, what: 'FunctionGraph' });
    return {
      url: `http://${address}:${port}`,
      gatewayUrl,
      port,
      gatewayPort,
      async deploy(key, config, zip) {
        gateway.checkRoutes(key, config);
        await deployDirectly(plane, key, config, zip);
        gateway.setRoutes(key, config);
        timers.set(key, config);
      },
      invoke: (name, event, call) => runner.invoke(name, event, { async: call?.async === true }),
      fireTimer,
      release: () => queue.release(),
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
