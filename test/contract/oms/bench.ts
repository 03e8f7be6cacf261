import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { type Answer, type CallOptions, call, exchange } from './client.ts';
import { secretsOf, type Target } from './target.ts';
import { TargetStore } from './target-store.ts';

/** Start of the description of every task that the suite makes, and of the names of all its objects. */
export const MARK = 'oms-sync-contract-test';

type Query = Readonly<Record<string, string>>;

/**
 * The workbench of a check. It makes one sync task at most, whatever the service accepts, and `cleanUp` removes what
 * was made.
 */
export class Bench {
  readonly target: Target;
  readonly store: TargetStore;
  /** Name of this run alone: description of its task and prefix of its objects. */
  readonly run: string;
  readonly tasks: string;
  readonly #secrets: readonly string[];
  /** The request for the one task was sent and not refused. */
  #spent = false;
  #taskId: string | undefined;

  constructor(target: Target, run = `${MARK}-${randomBytes(4).toString('hex')}`) {
    this.target = target;
    this.run = run;
    this.store = new TargetStore(target);
    this.tasks = `/v2/${target.projectId}/sync-tasks`;
    this.#secrets = secretsOf(target);
  }

  /** A signed call. Its answer holds no secret, so that a failed assertion shows none. */
  async call(method: string, path: string, options: Partial<CallOptions> = {}): Promise<Answer> {
    const { endpoint, credentials } = this.target;
    const { accessKey, secretKey, securityToken } = credentials;
    const headers = { ...(securityToken ? { 'X-Security-Token': securityToken } : {}), ...options.headers };
    return this.#redact(await call(method, path, { endpoint, accessKey, secretKey, ...options, headers }));
  }

  /** A call with exactly these headers and this body. */
  async send(method: string, path: string, options: Parameters<typeof exchange>[2]): Promise<Answer> {
    return this.#redact(await exchange(method, `${this.target.endpoint}${path}`, options));
  }

  /** The body of a task between the two test buckets. */
  taskBody(changes: Record<string, unknown> = {}): Record<string, unknown> {
    return { ...this.places(), ...this.keys(), description: this.run, ...changes };
  }

  places() {
    const { source, destination } = this.target;
    return {
      src_cloud_type: 'HuaweiCloud',
      src_region: source.region,
      src_bucket: source.name,
      dst_region: destination.region,
      dst_bucket: destination.name,
    };
  }

  /** The keys of both buckets, as creating and starting take them. */
  keys() {
    const { source, destination } = this.target;
    return {
      src_ak: source.accessKey,
      src_sk: source.secretKey,
      dst_ak: destination.accessKey,
      dst_sk: destination.secretKey,
    };
  }

  /**
   * CreateSyncTask, until one request was not refused: what a check expects to be refused may be accepted by a service
   * that knows better, and would be a task too many.
   *
   * @throws Error where the run has had its task
   */
  async create(body: unknown): Promise<Answer> {
    if (this.#spent) throw new Error('This run has made its one sync task; no further one is asked for.');
    this.#spent = true;
    const answer = await this.call('POST', this.tasks, { body });
    if (answer.status >= 400 && answer.status < 500) this.#spent = false;
    if (answer.status === 200) this.#taskId = String(answer.json?.['sync_task_id']);
    return answer;
  }

  get taskId(): string {
    if (this.#taskId === undefined) throw new Error('This run has no sync task.');
    return this.#taskId;
  }

  show(id = this.taskId, query: Query = { query_time: String(Date.now()) }): Promise<Answer> {
    return this.call('GET', `${this.tasks}/${id}`, { query });
  }
  list(query: Query = {}): Promise<Answer> {
    return this.call('GET', this.tasks, { query });
  }
  events(object_keys: unknown, id = this.taskId): Promise<Answer> {
    return this.call('POST', `${this.tasks}/${id}/events`, { body: { object_keys } });
  }
  start(id = this.taskId, body: unknown = this.keys()): Promise<Answer> {
    return this.call('POST', `${this.tasks}/${id}/start`, { body });
  }
  stop(id = this.taskId): Promise<Answer> {
    return this.call('POST', `${this.tasks}/${id}/stop`);
  }
  remove(id = this.taskId): Promise<Answer> {
    return this.call('DELETE', `${this.tasks}/${id}`);
  }
  statistics(query: Query, id = this.taskId): Promise<Answer> {
    return this.call('GET', `${this.tasks}/${id}/statistics`, { query });
  }

  /** Asks until what it says matches, as long as the target's patience lasts. */
  eventually(ask: () => Promise<unknown>) {
    const { patience, interval } = this.target;
    return expect.poll(ask, { timeout: patience, interval });
  }

  /**
   * Deletes the tasks of this run, found by their description too, and the objects that it made.
   *
   * @throws Error with what is left behind
   */
  async cleanUp(): Promise<void> {
    const left: string[] = [];
    const ids = new Set(this.#taskId === undefined ? [] : [this.#taskId]);
    for (const id of await this.#listed()) ids.add(id);
    for (const id of ids) if (!(await this.#delete(id))) left.push(`sync task ${id}`);
    left.push(...(await this.store.cleanUp([...ids].map((id) => `oms/sync_task/${id}/`))));
    this.store.close();
    if (left.length > 0) throw new Error(`Left behind, to be removed by hand: ${left.join('; ')}`);
  }

  /** Ids of the tasks with this run's description. */
  async #listed(): Promise<string[]> {
    const ids: string[] = [];
    for (let offset = 0; offset <= 10_000; offset += 100) {
      const { json } = await this.list({ limit: '100', offset: String(offset) });
      const tasks = (json?.['tasks'] ?? []) as { sync_task_id: string; description?: string }[];
      ids.push(...tasks.filter(({ description }) => description === this.run).map((task) => task.sync_task_id));
      if (tasks.length < 100) break;
    }
    return ids;
  }

  async #delete(id: string): Promise<boolean> {
    const until = Date.now() + this.target.patience;
    do {
      await this.stop(id);
      if ((await this.remove(id)).status === 200 || (await this.show(id)).status === 404) return true;
      await new Promise((resolve) => setTimeout(resolve, this.target.interval));
    } while (Date.now() < until);
    return false;
  }

  #redact(answer: Answer): Answer {
    const hide = (text: string): string =>
      this.#secrets.reduce((result, secret) => result.replaceAll(secret, '[secret]'), text);
    const text = hide(answer.text);
    if (text === answer.text) return { ...answer, headers: JSON.parse(hide(JSON.stringify(answer.headers))) };
    return { status: answer.status, headers: {}, text, json: JSON.parse(hide(JSON.stringify(answer.json ?? null))) };
  }
}
