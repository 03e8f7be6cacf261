import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { BucketTrigger } from '../../obs/server.ts';
import type { FunctionPort, TriggerPort } from '../control/ports.ts';
import { parseUrn } from '../control/urn.ts';
import { ApiError } from '../errors.ts';
import { conflictOf, type NewTrigger } from './conflicts.ts';
import { bucketTriggers, isOfBucket, routeFor, start, stop, type TriggerTargets } from './effects.ts';
import { firstStatus, missing, readEventData, readStatus, readType, readUpdate } from './event-data.ts';
import type { TriggerType } from './rules.ts';
import { TriggerStore } from './store.ts';
import type { Trigger, TriggerSource } from './types.ts';

export interface RegistryOptions extends TriggerTargets {
  readonly dataDir: string;
  readonly region: string;
  readonly functions: Pick<FunctionPort, 'find'>;
  readonly now: () => number;
  readonly log: (fn: string, text: string) => void;
  /**
   * Receives all triggers of buckets whenever one has changed, and at the start unless there are none: an object store
   * that was told so would drop the notifications that it still holds.
   */
  readonly onBucketTriggers?: (triggers: BucketTrigger[]) => void;
}

type Body = Readonly<Record<string, unknown>>;

/**
 * All triggers of the project. A trigger is kept before it takes effect, and changes happen one after the other, so that
 * what is listed is what works, also after the process was killed.
 */
export class TriggerRegistry implements TriggerPort {
  readonly #options: RegistryOptions;
  readonly #store: TriggerStore;
  #triggers: readonly Trigger[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: RegistryOptions) {
    this.#options = options;
    this.#store = new TriggerStore(join(options.dataDir, 'triggers.json'));
  }

  /** Opens the registry with what was kept; the functions must be there already. Throws Error for a damaged file. */
  static async open(options: RegistryOptions): Promise<TriggerRegistry> {
    const registry = new TriggerRegistry(options);
    const kept = await registry.#store.load();
    registry.#triggers = kept.filter((trigger) => options.functions.find(trigger.urn) !== undefined);
    for (const trigger of registry.#triggers) registry.#start(trigger);
    if (registry.#triggers.some(isOfBucket)) registry.#publish();
    const lost = kept.length - registry.#triggers.length;
    if (lost > 0) options.log('', `triggers: ${lost} of functions that are gone were dropped`);
    return registry;
  }

  /** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0122.html */
  async create(urn: string, body: unknown): Promise<Trigger> {
    const bound = this.#resolve(urn);
    const fields = objectOf(body);
    const type = readType(fields['trigger_type_code']);
    this.#checkRegion(type);
    const source = readEventData(type, fields['event_data']);
    const status = readStatus(type, fields['trigger_status'], firstStatus(type));
    return this.#inTurn(async () => {
      // Once more: it may have been deleted while others had their turn.
      this.#resolve(urn);
      const fresh: NewTrigger = { ...source, urn: bound };
      const conflict = conflictOf(fresh, this.#triggers) ?? this.#routeConflict(fresh);
      if (conflict) throw conflict;
      const now = this.#options.now();
      const trigger: Trigger = { ...fresh, id: randomUUID(), status, created: now, updated: now };
      await this.#replace([...this.#triggers, trigger], [trigger]);
      return trigger;
    });
  }

  /** The triggers of exactly this version or alias, the oldest first. */
  list(urn: string): readonly Trigger[] {
    const bound = this.#resolve(urn);
    return this.#triggers.filter((trigger) => trigger.urn === bound);
  }

  find(urn: string, type: TriggerType, id: string): Trigger | undefined {
    return this.list(urn).find((trigger) => trigger.type === type && trigger.id === id);
  }

  /** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0124.html */
  async update(urn: string, type: TriggerType, id: string, body: unknown): Promise<Trigger> {
    const fields = objectOf(body);
    return this.#inTurn(async () => {
      const trigger = this.find(urn, type, id);
      if (!trigger) throw missing(type);
      const status = readStatus(type, fields['trigger_status'], trigger.status);
      const data = fields['event_data'];
      const source: TriggerSource = data === undefined || data === null ? trigger : readUpdate(trigger, data);
      const changed = { ...trigger, ...source, status, updated: this.#options.now() } as Trigger;
      const others = this.#triggers.map((other) => (other.id === id ? changed : other));
      await this.#replace(others, [changed]);
      return changed;
    });
  }

  delete(urn: string, type: TriggerType, id: string): Promise<void> {
    return this.#inTurn(async () => {
      const trigger = this.find(urn, type, id);
      if (!trigger) throw missing(type);
      await this.#remove((other) => other.id === id);
    });
  }

  /**
   * Deletes the triggers of a version or an alias; without either, or with `latest`, every trigger of the function.
   * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0123.html
   */
  async deleteAll(urn: string): Promise<void> {
    const bound = this.#resolve(urn);
    if (bound.endsWith(':latest')) await this.functionDeleted(bound.slice(0, -':latest'.length));
    else await this.qualifierDeleted(bound);
  }

  functionDeleted(urn: string): Promise<void> {
    return this.#inTurn(() => this.#remove((trigger) => trigger.urn.startsWith(`${urn}:`)));
  }

  qualifierDeleted(urn: string): Promise<void> {
    return this.#inTurn(() => this.#remove((trigger) => trigger.urn === urn));
  }

  boundTo(urn: string): number {
    return this.#triggers.filter((trigger) => trigger.urn === urn).length;
  }

  async #remove(gone: (trigger: Trigger) => boolean): Promise<void> {
    const left = this.#triggers.filter((trigger) => !gone(trigger));
    if (left.length < this.#triggers.length) await this.#replace(left, []);
  }

  /** @param changed those of `triggers` that are new or other than before */
  async #replace(triggers: readonly Trigger[], changed: readonly Trigger[]): Promise<void> {
    await this.#store.save(triggers);
    const kept = new Set(triggers.map(({ id }) => id));
    const gone = this.#triggers.filter(({ id }) => !kept.has(id));
    this.#triggers = triggers;
    for (const trigger of gone) stop(trigger, this.#options);
    for (const trigger of changed) this.#start(trigger);
    if ([...gone, ...changed].some(isOfBucket)) this.#publish();
  }

  #start(trigger: Trigger): void {
    if (start(trigger, this.#options)) return;
    const what = trigger.type === 'EVENTGRID' ? 'such source of EventGrid' : trigger.type;
    this.#options.log(
      parseUrn(trigger.urn)?.name ?? '',
      `the trigger of type ${trigger.type} is kept, but the local cloud has no ${what}: it never fires`,
    );
  }

  #publish(): void {
    this.#options.onBucketTriggers?.(bucketTriggers(this.#triggers));
  }

  /** The URN with its version or alias. Throws ApiError when it is no URN, or of nothing. */
  #resolve(urn: string): string {
    const parts = parseUrn(urn);
    if (!parts) throw new ApiError(400, 'FSS.1309', 'Invalid function URN.');
    const { qualifier } = parts;
    if (this.#options.functions.find(urn)) return qualifier === undefined ? `${urn}:latest` : urn;
    const bare = qualifier === undefined ? urn : urn.slice(0, -qualifier.length - 1);
    if (qualifier === undefined || !this.#options.functions.find(bare))
      throw new ApiError(404, 'FSS.1051', 'The function does not exist.');
    throw qualifier.startsWith('!')
      ? new ApiError(404, 'FSS.1053', 'The alias does not exist.')
      : new ApiError(404, 'FSS.1052', 'The version does not exist.');
  }

  /** "OBS triggers are not supported on the China site": its functions hear of objects through EventGrid. */
  #checkRegion(type: TriggerType): void {
    const { region } = this.#options;
    if (type === 'OBS' && region.startsWith('cn-'))
      throw new ApiError(
        400,
        'FSS.1101',
        `Invalid trigger type: OBS triggers are not available in ${region}; use EVENTGRID with source_name HC.OBS.DWR`,
      );
  }

  #routeConflict(trigger: NewTrigger): ApiError | undefined {
    if (trigger.type !== 'APIG' && trigger.type !== 'DEDICATEDGATEWAY') return undefined;
    const taken = this.#options.gateway.takenBy('', routeFor(trigger.urn, trigger.data));
    return taken === undefined
      ? undefined
      : new ApiError(409, 'FSS.1147', `The request path already exists: it is a route of ${taken}`);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }
}

function objectOf(body: unknown): Body {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    // Names like `constructor` must not find what every object has.
    return Object.assign(Object.create(null), body) as Body;
  }
  throw new ApiError(400, 'FSS.0400', 'Invalid parameter: the request body must be a JSON object');
}
