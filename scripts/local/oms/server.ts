import { randomBytes, randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { answerControl, isControl } from '../faults/control.ts';
import { FaultInjector } from '../faults/injector.ts';
import { answerWithFaults, type HttpReply } from '../faults/request-faults.ts';
import { OMS_VOCABULARY } from '../faults/vocabulary.ts';
import { closeServer, createHttpServer, readBody } from '../http-server.ts';
import { listen } from '../listen.ts';
import { splitTarget } from '../sdk-hmac.ts';
import { authenticate } from './authenticate.ts';
import { Copier } from './copier.ts';
import { CopyInterrupted, copyObject } from './copy-object.ts';
import { APIGW, injectedFault, OMS, OmsFault } from './errors.ts';
import { faultBody, replyOf, send } from './http.ts';
import { keysOf } from './keys.ts';
import { LIMITS } from './limits.ts';
import { ObjectFaults } from './object-faults.ts';
import type { ActionContext } from './operation.ts';
import { type Match, parseQuery, route } from './operations.ts';
import type { OmsOptions, OmsServer } from './options.ts';
import { ResultLists } from './result-lists.ts';
import { type S3Bucket, S3Client } from './s3-client.ts';
import { OmsStore, type PendingObject } from './store.ts';
import type { Task } from './task.ts';

export type { OmsOptions, OmsServer } from './options.ts';

interface Arrived {
  readonly match: Match;
  readonly body: Buffer;
  /** Milliseconds that the server's clock is wrong by. */
  readonly skew: number;
}

/**
 * Starts a local OMS: the synchronization-task operations of
 * https://support.huaweicloud.com/intl/en-us/api-oms/oms_api_0005.html over HTTP, with a copier that carries them out.
 * @throws PortInUseError when the port is taken; Error when `dataDir` holds a damaged state
 */
export async function startOms(options: OmsOptions): Promise<OmsServer> {
  const { now = Date.now, random = Math.random, log = () => {}, host = '127.0.0.1' } = options;
  const sleep = options.sleep ?? ((ms, signal) => delay(ms, undefined, { signal }));
  const concurrency = options.copyConcurrency ?? 32;
  const store = new OmsStore(options.dataDir);
  const s3 = new S3Client({ maxSockets: concurrency * 3, now });
  const stopping = new AbortController();
  // One listener for each copy that waits for its next attempt.
  setMaxListeners(0, stopping.signal);
  const counts = { requests: 0, calls: 0, keys: 0, copied: 0, skipped: 0, failed: 0, bytes: 0 };
  const counted = { success: 'copied', skip: 'skipped', failure: 'failed' } as const;
  const injector = new FaultInjector(OMS_VOCABULARY, options.faultDraw);
  injector.set(options.faults);
  const objectFaults = new ObjectFaults(injector);
  // The vendor: a restoration takes a minute at the least, and has failed after three.
  const restore = { poll: 5_000, timeout: 180_000, ...options.restore };
  let closing = false;

  const bucketOf = ({ settings, secrets }: Task, side: 'source' | 'destination'): S3Bucket => {
    const [cloud, region, name, accessKey, secretKey] =
      side === 'source'
        ? [settings.src_cloud_type, settings.src_region, settings.src_bucket, secrets.src_ak, secrets.src_sk]
        : ['HuaweiCloud', settings.dst_region, settings.dst_bucket, secrets.dst_ak, secrets.dst_sk];
    return { endpoint: options.resolveEndpoint(cloud, region, name), region, name, accessKey, secretKey };
  };

  const lists =
    options.resultLists &&
    new ResultLists(options.resultLists, {
      sleep: (ms) => sleep(ms, stopping.signal),
      write: async (taskId, key, text) => {
        const task = store.task(options.projectId, taskId);
        if (!task) return;
        const body = Buffer.from(text);
        const headers = { 'content-type': 'text/plain; charset=utf-8', 'content-length': String(body.length) };
        try {
          const { status } = await s3.putObject(bucketOf(task, 'destination'), key, headers, body);
          if (status !== 200) log(`task ${taskId}: a list of results was refused with ${status}`);
        } catch (error) {
          log(`task ${taskId}: a list of results was not written: ${(error as Error).message}`);
        }
      },
    });

  const copy = async (object: PendingObject): Promise<void> => {
    const task = store.task(options.projectId, object.taskId);
    if (!task) return;
    const { key, taskId, acceptedAt: queuedAt, resumed } = object;
    const planned = objectFaults.take(object);
    try {
      if (planned.delay > 0) await sleep(planned.delay, stopping.signal);
      if (stopping.signal.aborted) return;
      const copied = planned.again ? { ...task, overwriteMode: 'FULL_OVERWRITE' as const } : task;
      const result = planned.fail
        ? ({ outcome: 'failure', size: 0, reason: 'injected' } as const)
        : await copyObject(
            {
              task: copied,
              key,
              source: bucketOf(task, 'source'),
              destination: bucketOf(task, 'destination'),
              resumed,
            },
            { s3, attempts: options.copyAttempts ?? 3, sleep, random, restore, signal: stopping.signal },
          );
      // Done twice, counted once.
      if (planned.again) return;
      const { outcome, size, reason } = result;
      const finishedAt = now();
      store.settle(object, outcome, size, finishedAt);
      counts[counted[outcome]] += 1;
      counts.bytes += size;
      lists?.add({ taskId, key, outcome, size, at: finishedAt });
      if (reason) log(`task ${taskId}: an object failed: ${reason}`);
      options.onCopied?.({ taskId, key, outcome, size, queuedAt, finishedAt, ...(reason ? { reason } : {}) });
      if (planned.duplicate) copier.push([objectFaults.again(object)]);
    } catch (error) {
      if (!(error instanceof CopyInterrupted)) log(`task ${taskId}: ${(error as Error).message}`);
    }
  };
  const copier: Copier = new Copier({
    concurrency,
    lockOf: ({ taskId, key }) => `${store.task(options.projectId, taskId)?.settings.dst_bucket}\n${key}`,
    copy,
  });

  const context: ActionContext = {
    store,
    now,
    newTaskId: randomUUID,
    enqueue: (objects) => {
      counts.calls += 1;
      counts.keys += objects.length;
      const task = objects[0] && store.task(options.projectId, objects[0].taskId);
      copier.push(objects.filter((object) => objectFaults.plan(object, task?.settings.dst_bucket)));
    },
    bucketStatus: async (task, side) => {
      try {
        const { status } = await s3.headBucket(bucketOf(task, side));
        if (status !== 200) log(`the ${side} bucket of a task answers ${status}`);
        return status;
      } catch (error) {
        log(`the ${side} bucket of a task does not answer: ${(error as Error).message}`);
        return 0;
      }
    },
    closing: () => closing,
    settings: {
      keyDecoding: options.keyDecoding ?? 'form',
      maxKeysPerCall: Math.min(options.maxKeysPerCall ?? LIMITS.keysInProse, LIMITS.keysInSchema),
      taskQuota: options.taskQuota ?? LIMITS.tasks,
      checkBuckets: options.checkBuckets ?? true,
      eventsWhileStopped: options.eventsWhileStopped ?? 'refuse',
      overwriteMode: options.overwriteMode ?? 'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
      queueLimit: options.queueLimit ?? 100_000,
      startTime: options.startTime ?? 0,
      stopTime: options.stopTime ?? 0,
    },
  };

  /** @param taskId of the task that the operation is about; absent for one that is about all of them */
  const isAllowed = (accessKey: string, action: string, taskId = '*'): boolean => {
    if (options.permissions?.(accessKey)?.has(action) === false) return false;
    const resource = `oms:${options.region}:local:synctask:${taskId}`;
    return options.accounts.permissionsOf(accessKey)?.allows(action, resource) ?? true;
  };

  /** Answers a request with the checks in the order of gateway and service. */
  const answer = async (request: IncomingMessage, { match, body, skew }: Arrived): Promise<unknown> => {
    const { operation, path } = match;
    const { url: target = '/', method = 'GET', headers } = request;
    const accessKey = authenticate(
      { method, target, headers, body },
      { accounts: options.accounts, now: now() + skew, tokens: options.tokens },
    );
    // Undocumented; services of the platform answer 403 where key and project do not belong together.
    if (path['project_id'] !== options.projectId)
      throw new OmsFault(403, OMS.noPermission, 'Insufficient permissions: the project is not the one of the caller.');
    if (accessKey !== undefined && !isAllowed(accessKey, operation.permission, path['sync_task_id']))
      throw new OmsFault(403, OMS.noPermission, `Insufficient permissions: ${operation.permission} is not allowed.`);
    return operation.run(context, { path, query: parseQuery(splitTarget(target)[1]), body });
  };

  /** Never rejects: what an operation throws is an answer, too. */
  const settle = async (requestId: string, work: () => Promise<HttpReply>): Promise<HttpReply> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof OmsFault)) log(`request ${requestId}: ${(error as Error).message}`);
      const fault =
        error instanceof OmsFault ? error : new OmsFault(500, OMS.internal, 'Internal server error. Contact support.');
      return replyOf(fault.status, faultBody(fault, requestId));
    }
  };

  const serve = async (request: IncomingMessage, requestId: string): Promise<HttpReply | undefined> => {
    const body = await readBody(request, LIMITS.body);
    if (!body) throw new OmsFault(413, APIGW.tooLarge, 'Request entity too large');
    const { url = '/', method = 'GET' } = request;
    const match = route(options.region, method, splitTarget(url)[0]);
    const work = (skew: number): Promise<HttpReply> =>
      settle(requestId, async () => replyOf(200, await answer(request, { match, body, skew })));
    if (!injector.active) return work(0);
    const { name } = match.operation;
    const keys = name === 'CreateSyncEvents' ? keysOf(body, context.settings.keyDecoding) : [];
    const fired = injector.pick({ scope: 'request', operation: name, keys });
    return answerWithFaults(fired, {
      work,
      refusal: (status) => replyOf(status, faultBody(injectedFault(status), requestId)),
      sleep: (ms) => sleep(ms, stopping.signal).catch(() => {}),
    });
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (isControl(request)) return answerControl(request, response, injector);
    const requestId = randomBytes(16).toString('hex');
    counts.requests += 1;
    let reset = false;
    const reply = await settle(requestId, async () => {
      const served = await serve(request, requestId);
      reset = served === undefined;
      return served ?? replyOf(500, undefined);
    });
    if (reset) request.socket.resetAndDestroy();
    else if (!response.destroyed) send(response, requestId, reply);
  };

  const server = createHttpServer(handle, { keepAlive: 75_000, onError: (error) => log(error.message) });
  const port = await listen(server, { host, port: options.port, what: 'OMS' }).catch((error: unknown) => {
    store.close();
    s3.close();
    throw error;
  });
  copier.push(store.pending());

  const close = async (): Promise<void> => {
    closing = true;
    const answered = new AbortController();
    const closed = closeServer(server, answered.signal);
    const grace = new AbortController();
    const stopped = copier.stop();
    await Promise.race([
      stopped,
      delay(options.closeGrace ?? 2000, undefined, { signal: grace.signal }).catch(() => {}),
    ]);
    // A destination that does not answer any more must not keep the server alive.
    const patience = delay(2000, undefined, { ref: false, signal: grace.signal }).catch(() => {});
    if (lists) await Promise.race([lists.flush(), patience]);
    grace.abort();
    stopping.abort();
    s3.close();
    await stopped;
    answered.abort();
    await closed;
    store.close();
  };
  let closed: Promise<void> | undefined;

  return {
    url: `http://${host}:${port}`,
    port,
    idle: () => copier.idle(),
    faults: () => injector.state(),
    setFaults: (plan) => injector.set(plan),
    stats: () => ({ ...counts, pending: store.pendingCount }),
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}
