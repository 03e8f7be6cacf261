import { randomUUID } from 'node:crypto';
import type { Destination } from '../async/options.ts';
import type { AsyncInvocation, AsyncQueue } from '../async/queue.ts';
import { ClosedError, EventTooLargeError, FunctionNotFoundError, RetiredError } from '../errors.ts';
import type { Host, Runnable } from '../host.ts';
import { LIMITS } from '../limits.ts';
import type { ExecutionResult, InvocationResult } from '../types.ts';
import type { ControlPlane, Located } from './control-plane.ts';
import { type AsyncSettings, asyncSettingsAt, labelOf, type StoredFunction, type Version, versionAt } from './model.ts';
import type { FoundFunction, FunctionPort } from './ports.ts';

interface RunnerOptions {
  readonly host: Host;
  readonly queue: AsyncQueue;
  readonly destination: (settings: AsyncSettings, version: Version) => Destination | undefined;
  readonly closing: () => boolean;
}

const DEFAULT_ASYNC = { maxRetries: 1, maxEventAge: 3600 } as const;

/** Brings requests to the version that their URN stands for, and keeps instances and queue in step with the functions. */
export class Runner implements FunctionPort {
  readonly #options: RunnerOptions;
  #plane: ControlPlane | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Must be called before anything runs; the functions that are there already are taken over by `changed`. */
  use(plane: ControlPlane): void {
    this.#plane = plane;
    for (const fn of plane.list()) this.changed(undefined, fn);
  }

  find(urn: string): FoundFunction | undefined {
    const found = this.#plane?.find(urn);
    if (!found) return undefined;
    const { fn, qualifier } = found;
    return {
      name: fn.name,
      functionUrn: this.#mustPlane().urnOf(fn),
      qualifier,
      label: labelOf(fn),
      logs: versionAt(fn, qualifier)?.logs ?? {},
    };
  }

  invoke(
    urn: string,
    event: unknown,
    options: { readonly async: boolean; readonly requestId?: string },
  ): Promise<InvocationResult> {
    return this.invokeText(urn, JSON.stringify(event ?? null), options);
  }

  /**
   * Runs or queues a request. Throws InvocationError when no code ran: unknown, too large, throttled, shutting down.
   */
  async invokeText(
    name: string,
    event: string,
    call: { readonly async: boolean; readonly requestId?: string },
  ): Promise<InvocationResult> {
    const { closing, queue } = this.#options;
    if (closing()) throw new ClosedError();
    const plane = this.#mustPlane();
    const found = name.startsWith('urn:') ? plane.locate(name) : plane.find(name);
    if (!found) throw new FunctionNotFoundError(name);
    const limit = call.async ? LIMITS.asyncRequestBytes : LIMITS.syncRequestBytes;
    const size = Buffer.byteLength(event);
    if (size > limit) throw new EventTooLargeError(size, limit);
    if (call.async) return { outcome: 'accepted', requestId: await queue.push(laneOf(found), event) };
    const requestId = call.requestId ?? randomUUID();
    return this.#options.host.execute(this.#runnable(found), { requestId, event, patient: false, ...aliasOf(found) });
  }

  /** Asynchronous invocations of a version or an alias, newest first. */
  invocations(place: Pick<Located, 'fn' | 'qualifier'>): readonly AsyncInvocation[] {
    return this.#options.queue.invocations(laneOf(place));
  }

  /** A function has changed: versions that are gone, and those that no alias uses any more, give up their instances. */
  changed(before: StoredFunction | undefined, after: StoredFunction | undefined): void {
    if (!this.#plane) return;
    const { host, queue } = this.#options;
    const revisions = new Set(after ? versionsIn(after).map(({ revision }) => revision) : []);
    const used = after ? aliasedIn(after) : new Set<string>();
    const wasUsed = before ? aliasedIn(before) : new Set<string>();
    for (const { name, revision } of before ? versionsIn(before) : []) {
      // It is run again if it is invoked again, by its own name.
      const given = name !== 'latest' && wasUsed.has(name) && !used.has(name);
      if (!revisions.has(revision) || given) host.retire(revision);
    }
    const qualifiers = after ? qualifiersIn(after) : [];
    const lanes = new Map(qualifiers.map((qualifier) => [lane(after, qualifier), qualifier]));
    for (const qualifier of before ? qualifiersIn(before) : [])
      if (!lanes.has(lane(before, qualifier))) queue.removeTarget(lane(before, qualifier));
    if (!after) return;
    for (const [name, qualifier] of lanes) this.#setTarget(name, { fn: after, qualifier, qualified: true });
    // Events of an earlier run, under another name of the function.
    for (const name of queue.orphans()) {
      const found = this.#plane.find(name);
      if (found?.fn.id === after.id) this.#setTarget(name, found);
    }
  }

  #setTarget(name: string, place: Located): void {
    const { queue } = this.#options;
    const version = versionAt(place.fn, place.qualifier);
    const settings = asyncSettingsAt(place.fn, place.qualifier);
    const destination = settings && version && this.#options.destination(settings, version);
    const { maxRetries, maxEventAge } = settings ?? DEFAULT_ASYNC;
    queue.setTarget(name, {
      urn: this.#mustPlane().urnOf(place.fn),
      qualifier: place.qualifier,
      maxRetries,
      maxEventAge,
      ...(destination ? { destination } : {}),
      // The version is that of the moment, not that of the acceptance: the alias may have moved since.
      execute: (requestId, event) => this.#runPatiently(place, requestId, event),
    });
  }

  /** Waits for an instance; one that waited for a version in vain goes to the one in its place. */
  async #runPatiently(place: Located, requestId: string, event: string): Promise<ExecutionResult> {
    for (;;) {
      try {
        const request = { requestId, event, patient: true, ...aliasOf(place) };
        return await this.#options.host.execute(this.#runnable(place), request);
      } catch (error) {
        if (!(error instanceof RetiredError)) throw error;
      }
    }
  }

  #runnable(place: Located): Runnable {
    const plane = this.#mustPlane();
    const version = plane.versionFor(place);
    return { fn: place.fn, version, code: () => plane.store.getCode(version.code.digest) };
  }

  #mustPlane(): ControlPlane {
    if (!this.#plane) throw new ClosedError();
    return this.#plane;
  }
}

/** The lane of an asynchronous request: the label, with `:version` or `:!alias` where it is not for `latest`. */
function laneOf({ fn, qualifier }: Pick<Located, 'fn' | 'qualifier'>): string {
  return qualifier === 'latest' ? labelOf(fn) : `${labelOf(fn)}:${qualifier}`;
}

function aliasOf({ qualifier }: Located): { alias?: string } {
  return qualifier.startsWith('!') ? { alias: qualifier.slice(1) } : {};
}

export function labelOfLane(name: string): string {
  return name.split(':', 1)[0] ?? name;
}

function lane(fn: StoredFunction | undefined, qualifier: string): string {
  return fn ? laneOf({ fn, qualifier }) : '';
}

function versionsIn(fn: StoredFunction): Version[] {
  return [fn.latest, ...fn.versions];
}

function qualifiersIn(fn: StoredFunction): string[] {
  return ['latest', ...fn.versions.map(({ name }) => name), ...fn.aliases.map(({ name }) => `!${name}`)];
}

function aliasedIn(fn: StoredFunction): Set<string> {
  return new Set(fn.aliases.flatMap(({ version, weights = {} }) => [version, ...Object.keys(weights)]));
}
