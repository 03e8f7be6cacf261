import { encodeStrictly } from '#shared/encoding/percent.ts';
import { type ClientOptions, contextOf, type Invocation } from '#shared/http/client-options.ts';
import type { Endpoint } from '#shared/http/endpoint.ts';
import { UnexpectedAnswer } from '#shared/http/signed-call.ts';
import { type Sender, Transport } from '#shared/http/transport.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { parseJsonLossless } from '#shared/validation/json.ts';
import { JsonFault } from '#shared/validation/json-reader.ts';
import { isPathSegment } from '#shared/validation/path.ts';
import { type Call, callOms, type OmsCallContext, type Success } from './call.ts';
import type { OmsCredentials } from './credentials.ts';
import { resolveEndpoint } from './endpoint.ts';
import type { CreateSyncTaskInput } from './schemas/create-sync-task.ts';
import type { StatisticType } from './schemas/list-sync-task-statistic.ts';
import {
  type ListSyncTaskStatisticResponse,
  readListSyncTaskStatisticResponse,
} from './schemas/list-sync-task-statistic-response.ts';
import type { ListSyncTasksRequest } from './schemas/list-sync-tasks.ts';
import { readListSyncTasksResponse, type SyncTaskList } from './schemas/list-sync-tasks-response.ts';
import { readShowSyncTaskResponse, type ShowSyncTaskResponse } from './schemas/show-sync-task-response.ts';
import type { StartSyncTaskBody } from './schemas/start-sync-task.ts';

export interface OmsClientOptions extends ClientOptions<OmsCredentials> {
  /** Region, for example `cn-north-4`; used where no endpoint is given. */
  readonly region?: string;
  /** https, or http for this machine alone; may have a path. */
  readonly endpoint?: string;
  readonly projectId: string;
}

interface Connection {
  readonly endpoint: Pick<Endpoint, 'host'>;
  readonly transport: Sender;
  readonly path: string;
}

/**
 * OMS's sync-task operations. One per function instance, for its connections are kept; `forInvocation` adds what
 * changes from one invocation to the next.
 *
 * Every operation throws an OmsError (errors.ts) and what `credentials` throws. Connection errors, 429 and 5xx are
 * tried again, with full jitter and not before `Retry-After`. So is every 2xx answer that is not the documented one
 * (status 200 and the body of the operation): a proxy, or OMS itself, may send an error with a 200, and then nobody
 * knows what was done.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/oms_api_0000.html
 */
export class OmsClient {
  readonly #options: OmsClientOptions;
  readonly #connection: Connection;
  readonly #context: OmsCallContext;

  /** @throws TypeError where an option is wrong; names it, not its value */
  constructor(options: OmsClientOptions, connection?: Connection) {
    this.#options = options;
    this.#connection = connection ?? connect(options);
    this.#context = {
      ...contextOf(options, this.#connection.transport),
      host: this.#connection.endpoint.host,
      projectId: options.projectId,
      credentials: options.credentials,
    };
  }

  /** The same client, with the same connections, for one invocation. */
  forInvocation(invocation: Invocation<OmsCredentials>): OmsClient {
    return new OmsClient({ ...this.#options, ...invocation }, this.#connection);
  }

  /**
   * Asks OMS to copy objects. A repetition copies an object at most once more, so every failure is tried again.
   *
   * @param request.objectKeys encoded (`encodeOmsKey`), at most as many as OMS takes in one call
   * @see https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html
   */
  async createSyncEvents(request: {
    readonly syncTaskId: string;
    readonly objectKeys: readonly string[];
  }): Promise<{ readonly requestId?: string; readonly attempts: number }> {
    const { requestId, attempts } = await this.#call({
      method: 'POST',
      path: `${this.#taskPath(request.syncTaskId)}/events`,
      body: JSON.stringify({ object_keys: request.objectKeys }),
      read: readNothing,
    });
    return requestId === undefined ? { attempts } : { requestId, attempts };
  }

  /**
   * Creates a sync task, which OMS starts at once. Not idempotent: only what provably never reached OMS, or was turned
   * away by throttling, is tried again.
   *
   * @param body as `createSyncTaskBody` (schemas/create-sync-task.ts) has checked it
   * @throws AmbiguousCreateError where the task may exist or not
   * @see https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html
   */
  async createSyncTask(body: CreateSyncTaskInput): Promise<{ readonly sync_task_id: string }> {
    const { src_ak, src_sk, dst_ak, dst_sk, source_cdn } = body;
    const secrets = [src_ak, src_sk, dst_ak, dst_sk, source_cdn?.authentication_key ?? ''];
    const { value } = await this.#call({
      method: 'POST',
      path: this.#connection.path,
      body: JSON.stringify(body),
      repeatable: false,
      secrets,
      read: readCreated,
    });
    return value;
  }

  /**
   * A sync task with its counters of one month.
   *
   * @param request.queryTime milliseconds since the epoch, 13 digits; selects the month
   * @see https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html
   */
  async showSyncTask(request: {
    readonly syncTaskId: string;
    readonly queryTime: number;
  }): Promise<ShowSyncTaskResponse> {
    const { value } = await this.#call({
      method: 'GET',
      path: this.#taskPath(request.syncTaskId),
      query: [['query_time', String(request.queryTime)]],
      read: (text) => readAs(readShowSyncTaskResponse, text, 'a sync task', 'sync_task_id'),
    });
    return value;
  }

  /**
   * A page of the project's sync tasks. The order of tasks is not documented.
   *
   * @param request.limit 1 to 100; OMS's default is 10
   * @param request.offset 0 to 10000
   * @returns the page, and the number of all tasks that match
   * @see https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTasks.html
   */
  async listSyncTasks(request: ListSyncTasksRequest = {}): Promise<SyncTaskList> {
    const { value } = await this.#call({
      method: 'GET',
      path: this.#connection.path,
      query: Object.entries(request).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)] as const],
      ),
      read: (text) => readAs(readListSyncTasksResponse, text, 'a list of sync tasks', 'count'),
    });
    return value;
  }

  /**
   * Starts a stopped sync task with the key pairs given. Every failure is tried again: OMS refuses to start a task that
   * is already started, which changes nothing.
   *
   * @param body as `startSyncTaskBody` (schemas/start-sync-task.ts) has checked it
   * @throws OmsResponseError 400 where the task is started already, with `afterUncertain` where an attempt of this call
   *   may have started it
   * @see https://support.huaweicloud.com/intl/en-us/api-oms/StartSyncTask.html
   */
  async startSyncTask({ syncTaskId, ...body }: StartSyncTaskBody & { readonly syncTaskId: string }): Promise<void> {
    const { src_ak, src_sk, dst_ak, dst_sk, source_cdn_authentication_key: cdnKey = '' } = body;
    await this.#call({
      method: 'POST',
      path: `${this.#taskPath(syncTaskId)}/start`,
      body: JSON.stringify(body),
      secrets: [src_ak, src_sk, dst_ak, dst_sk, cdnKey],
      read: readNothing,
    });
  }

  /**
   * Stops a sync task. Every failure is tried again: a second stop is refused and changes nothing. Only a start by
   * somebody else between two attempts would be undone; when both come at the same moment, either may win.
   *
   * @throws OmsResponseError 400 or 403 where the task is stopped already, see `startSyncTask`
   * @see https://support.huaweicloud.com/intl/en-us/api-oms/StopSyncTask.html
   */
  async stopSyncTask({ syncTaskId }: { readonly syncTaskId: string }): Promise<void> {
    await this.#call({
      method: 'POST',
      path: `${this.#taskPath(syncTaskId)}/stop`,
      read: readNothing,
    });
  }

  /**
   * Deletes a stopped sync task. Every failure is tried again: OMS never reuses an id, so a second deletion finds
   * nothing.
   *
   * @throws OmsResponseError 400 or 403 where the task is not stopped or unknown, see `startSyncTask`
   * @see https://support.huaweicloud.com/intl/en-us/api-oms/DeleteSyncTask.html
   */
  async deleteSyncTask({ syncTaskId }: { readonly syncTaskId: string }): Promise<void> {
    await this.#call({
      method: 'DELETE',
      path: this.#taskPath(syncTaskId),
      read: readNothing,
    });
  }

  /**
   * Series of a sync task's counters, in steps of five minutes or an hour as OMS chooses.
   *
   * @param request.startTime milliseconds since the epoch, 13 digits
   * @param request.endTime likewise
   * @see https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTaskStatistic.html
   */
  async listSyncTaskStatistic(request: {
    readonly syncTaskId: string;
    readonly dataTypes: readonly StatisticType[];
    readonly startTime: number;
    readonly endTime: number;
  }): Promise<ListSyncTaskStatisticResponse> {
    const { value } = await this.#call({
      method: 'GET',
      path: `${this.#taskPath(request.syncTaskId)}/statistics`,
      query: [
        ['data_type', request.dataTypes.join(',')],
        ['start_time', String(request.startTime)],
        ['end_time', String(request.endTime)],
      ],
      read: (text) => readAs(readListSyncTaskStatisticResponse, text, 'a list of statistics', 'statistic_datas'),
    });
    return value;
  }

  #taskPath(syncTaskId: string): string {
    if (!isPathSegment(syncTaskId)) {
      const message = 'sync_task_id cannot be a segment of a URL path.';
      throw new ValidationError([{ path: 'sync_task_id', rule: 'path_segment', message }]);
    }
    return `${this.#connection.path}/${encodeStrictly(syncTaskId)}`;
  }

  #call<T>(call: Call<T>): Promise<Success<T>> {
    return callOms(call, this.#context);
  }
}

/** Characters that a header and a path segment can carry. */
const PROJECT_ID = /^[\x21-\x7e]{1,1024}$/;

function connect({ region, endpoint: url, projectId, agent }: OmsClientOptions): Connection {
  if (!PROJECT_ID.test(projectId) || !isPathSegment(projectId))
    throw new TypeError('The projectId is not a project id.');
  const endpoint = resolveEndpoint({ region, endpoint: url });
  const path = `${endpoint.basePath}/v2/${encodeStrictly(projectId)}/sync-tasks`;
  return { endpoint, transport: new Transport(endpoint, agent), path };
}

/**
 * Checks the answer of the operations whose page has "Example response: None" and whose class in the SDKs has no field:
 * nothing, an empty object, or null.
 */
function readNothing(body: string): void {
  if (body.trim() === '') return;
  const value = readJson(body);
  if (value === null || (typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0)) return;
  throw new UnexpectedAnswer('has a body, where none is documented');
}

function readCreated(body: string): { readonly sync_task_id: string } {
  const created = readJson(body);
  const id: unknown =
    typeof created === 'object' && created !== null ? Reflect.get(created, 'sync_task_id') : undefined;
  if (typeof id !== 'string' || id === '') throw new UnexpectedAnswer('has no sync_task_id');
  return { sync_task_id: id };
}

function readAs<T extends object>(read: (value: unknown) => T, body: string, what: string, required: keyof T): T {
  const value = readJson(body);
  try {
    const answer = read(value);
    if (Object.hasOwn(Object(value), required)) return answer;
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw new UnexpectedAnswer(`is not ${what}: ${error.message}`);
  }
  throw new UnexpectedAnswer(`is not ${what}: ${String(required)} is missing.`);
}

/** @throws UnexpectedAnswer also for the body of an error, which every operation documents alike */
function readJson(body: string): unknown {
  if (body.trim() === '') throw new UnexpectedAnswer('is empty');
  let value: unknown;
  try {
    value = parseJsonLossless(body);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw new UnexpectedAnswer(error.rule === 'json' ? 'is not JSON' : `cannot be read: ${error.message}`);
  }
  const isError = ['error_code', 'error_msg'].some((name) => (Object(value)[name] ?? null) !== null);
  if (isError) throw new UnexpectedAnswer('is an error with a status of success');
  return value;
}
