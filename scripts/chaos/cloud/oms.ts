import { OMS_VOCABULARY } from '../../local/faults/vocabulary.ts';
import { APIGW, injectedFault, notAuthenticated, OMS, OmsFault } from '../../local/oms/errors.ts';
import { decodeObjectKey, type KeyDecoding } from '../../local/oms/keys.ts';
import { parseAmzDate } from '../../local/sigv4.ts';
import type { Answer, Caller, Message, Server } from '../machine/network.ts';
import { CLOCK_SKEW, FaultyServer, withFaults } from './faulty.ts';

/** The objects of the destination that a task overwrites, by the vendor's names. */
export type OverwriteMode = 'FULL_OVERWRITE' | 'NO_OVERWRITE' | 'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE';

/** A sync task as OMS knows it. */
export interface SimulatedTask {
  readonly id: string;
  readonly bucket: string;
  readonly destination: string;
  readonly mode: OverwriteMode;
  state: 'SYNCHRONIZING' | 'STOPPED' | 'DELETED';
}

export interface OmsOptions {
  readonly projectId: string;
  readonly tasks: readonly SimulatedTask[];
  /** How OMS decodes keys; the vendor does not say. */
  readonly decoding: KeyDecoding;
  /** Whether OMS refuses calls that hold this key, for good. */
  readonly refuses: (taskId: string, key: string) => boolean;
  readonly now: () => number;
  /** Whether an access key is one of this moment. */
  readonly knows: (accessKey: string) => boolean;
  /** A call was accepted. `texts` are the keys as they were sent. */
  readonly onAccepted: (taskId: string, texts: readonly string[], caller: Caller) => void;
  /** A request with keys has come. */
  readonly onArrival: (text: string, caller: Caller) => void;
  /** The answer to this request where something else than OMS gives it: a success that is none. */
  readonly lie: () => WrongSuccess | undefined;
  /** A request is answered, or its connection is reset. */
  readonly onCall: (text: string, caller: Caller) => void;
  /** A call was answered with 400 or 404. `genuine`: by OMS itself, not by a fault. */
  readonly onRefused: (
    taskId: string,
    texts: readonly string[],
    status: number,
    caller: Caller,
    genuine: boolean,
  ) => void;
}

/** An answer with a status from 200 to 299 to a request that nobody has worked at. */
export type WrongSuccess = 'error body' | 'no content' | 'accepted' | 'page';

const WRONG_SUCCESSES: Readonly<Record<WrongSuccess, Answer>> = {
  'error body': {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ error_msg: 'The service is busy.', error_code: 'OMS.1001' }),
  },
  'no content': { status: 204, headers: {}, body: '' },
  accepted: { status: 202, headers: { 'content-type': 'application/json' }, body: '{}' },
  page: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Sign in</body></html>' },
};

const PATH = /^\/v2\/([^/]+)\/sync-tasks\/([^/?]+)(\/events)?(?:\?.*)?$/;

/** OMS as the vendor's pages have it. What becomes of what it accepts is told elsewhere: it copies later, or never. */
export class SimulatedOms extends FaultyServer implements Server {
  calls = 0;
  readonly #options: OmsOptions;

  constructor(options: OmsOptions) {
    super(OMS_VOCABULARY);
    this.#options = options;
  }

  readonly receive = (message: Message, caller: Caller): ReturnType<Server['receive']> => {
    this.calls += 1;
    const lie = this.#options.lie();
    if (lie !== undefined) {
      this.count('wrong success');
      this.#options.onCall(`OMS: ${message.method} by ${caller.machine}: somebody else answers: ${lie}`, caller);
      return { before: 0, work: () => WRONG_SUCCESSES[lie], after: 0 };
    }
    const events = message.method === 'POST';
    if (events) this.#options.onArrival(message.body.toString(), caller);
    const name = events ? 'CreateSyncEvents' : 'ShowSyncTask';
    const keys = events ? textsOf(message).flatMap((text) => decodeObjectKey(text, this.#options.decoding) ?? []) : [];
    const fired = this.pick({ scope: 'request', operation: name, keys });
    const faults = fired.map(
      ({ fault, status = '', when = '', body = '' }) => `, fault ${fault} ${status}${body} ${when}`,
    );
    const refused = (answer: Answer, genuine: boolean): Answer => {
      this.#options.onCall(
        `OMS: ${name} by ${caller.machine}: ${answer.status} ${answer.status < 300 ? '' : answer.body}${faults.join('')}`,
        caller,
      );
      if (answer.status === 400 || answer.status === 404)
        this.#options.onRefused(taskOf(message) ?? '', textsOf(message), answer.status, caller, genuine);
      return answer;
    };
    const isDamaged = fired.some(({ fault }) => fault === 'body');
    return withFaults(
      fired,
      (skew) =>
        refused(
          this.#answer(() => this.#work(message, caller, skew)),
          !isDamaged,
        ),
      (status) => {
        const fault = injectedFault(status);
        return refused(
          this.#answer(() => raise(fault)),
          false,
        );
      },
    );
  };

  setState(id: string, state: SimulatedTask['state']): void {
    for (const task of this.#options.tasks) if (task.id === id) task.state = state;
  }

  #answer(work: () => unknown): Answer {
    const headers = { 'x-request-id': `oms-${this.calls}`, date: new Date(this.#options.now()).toUTCString() };
    try {
      const body = work();
      return body === undefined
        ? { status: 200, headers, body: '' }
        : { status: 200, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
    } catch (error) {
      if (!(error instanceof OmsFault)) throw error;
      return {
        status: error.status,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ error_msg: error.message, error_code: error.code }),
      };
    }
  }

  #work(message: Message, caller: Caller, skew: number): unknown {
    const { projectId, tasks, decoding, refuses, now, knows, onAccepted } = this.#options;
    const { headers } = message;
    const accessKey = /Access=([^,]+),/.exec(headers['authorization'] ?? '')?.[1];
    if (accessKey === undefined || !knows(accessKey)) throw notAuthenticated('verify aksk signature fail');
    const date = parseAmzDate(headers['x-sdk-date'] ?? '') ?? Number.NaN;
    if (!(Math.abs(now() + skew - date) <= CLOCK_SKEW)) throw notAuthenticated('the signature has expired');
    const path = PATH.exec(message.target);
    if (!path || decodeURIComponent(path[1] ?? '') !== projectId)
      throw new OmsFault(404, APIGW.noSuchApi, 'The API does not exist or has not been published.');
    const id = decodeURIComponent(path[2] ?? '');
    const task = tasks.find((known) => known.id === id && known.state !== 'DELETED');
    if (!task) throw new OmsFault(404, OMS.resourceNotFound, 'The synchronization task does not exist.');
    if (path[3] === undefined) return shown(task, now());
    const texts = textsOf(message);
    if (texts.length === 0 || texts.length > 10)
      throw new OmsFault(400, OMS.invalidRequestParameter, 'The parameter object_keys must have 1 to 10 elements.');
    for (const [index, text] of texts.entries()) {
      const key = decodeObjectKey(text, decoding);
      if (key === undefined) throw new OmsFault(400, OMS.invalidParameter, `object_keys[${index}] is not URL-encoded.`);
    }
    if (task.state === 'STOPPED')
      throw new OmsFault(400, OMS.notInProgress, 'The synchronization task is not in progress.');
    for (const [index, text] of texts.entries())
      if (refuses(id, decodeObjectKey(text, decoding) ?? ''))
        throw new OmsFault(400, OMS.invalidParameter, `object_keys[${index}] is not valid.`);
    onAccepted(id, texts, caller);
    return undefined;
  }
}

function raise(error: Error): never {
  throw error;
}

function taskOf({ target }: Message): string | undefined {
  const id = PATH.exec(target)?.[2];
  return id === undefined ? undefined : decodeURIComponent(id);
}

function textsOf(message: Message): string[] {
  try {
    const { object_keys: keys } = JSON.parse(message.body.toString('utf8')) as { object_keys?: unknown };
    return Array.isArray(keys) ? keys.map(String) : [];
  } catch {
    return [];
  }
}

/** The fields that the vendor's page has as mandatory or shows; https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html */
function shown(task: SimulatedTask, now: number): object {
  return {
    sync_task_id: task.id,
    src_cloud_type: 'HuaweiCloud',
    src_region: 'cn-north-4',
    src_bucket: task.bucket,
    create_time: now - 86_400_000,
    last_start_time: now - 86_400_000,
    dst_bucket: task.destination,
    dst_region: 'cn-north-4',
    description: '',
    status: task.state,
    enable_kms: false,
    enable_metadata_migration: false,
    enable_restore: false,
    app_id: '',
    monthly_acceptance_request: 0,
    monthly_success_object: 0,
    monthly_failure_object: 0,
    monthly_skip_object: 0,
    monthly_size: 0,
    object_overwrite_mode: task.mode,
    dst_storage_policy: 'STANDARD',
    consistency_check: 'size_last_modified',
  };
}
