import { createHash, randomUUID } from 'node:crypto';
import {
  AliasNotFoundError,
  ApiError,
  FunctionNotFoundError,
  InvocationError,
  VersionNotFoundError,
} from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { aliasAt, labelOf, type StoredFunction, type Version, versionAt, versionsOf } from './model.ts';
import type { FunctionStore } from './store.ts';
import { formatUrn, parseUrn } from './urn.ts';

interface ControlPlaneOptions {
  readonly store: FunctionStore;
  readonly region: string;
  readonly projectId: string;
  readonly now: () => number;
  readonly random?: () => number;
  readonly onChange?: (before: StoredFunction | undefined, after: StoredFunction | undefined) => void;
}

export interface Located {
  readonly fn: StoredFunction;
  /** `latest`, version, or `!alias`. */
  readonly qualifier: string;
  readonly qualified: boolean;
}

/** The functions of the project: changed one at a time each, and kept before a change is answered. */
export class ControlPlane {
  readonly store: FunctionStore;
  readonly now: () => number;
  readonly #options: ControlPlaneOptions;
  readonly #random: () => number;
  readonly #functions = new Map<string, StoredFunction>();
  /** The change that runs, or ran last, by the function's name. */
  readonly #changes = new Map<string, Promise<unknown>>();

  private constructor(options: ControlPlaneOptions) {
    this.#options = options;
    this.store = options.store;
    this.now = options.now;
    this.#random = options.random ?? Math.random;
  }

  static async open(options: ControlPlaneOptions): Promise<ControlPlane> {
    const plane = new ControlPlane(options);
    for (const fn of await options.store.load()) plane.#functions.set(keyOf(fn), fn);
    await plane.#sweep();
    return plane;
  }

  list(): StoredFunction[] {
    return [...this.#functions.values()].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  }

  urnOf(fn: Pick<StoredFunction, 'name' | 'package'>, qualifier?: string): string {
    const { region, projectId } = this.#options;
    return formatUrn({ region, projectId, package: fn.package, name: fn.name, qualifier });
  }

  /**
   * Finds what a URN names.
   * @throws ApiError 400 FSS.1309 when it is no URN; 404 FSS.1051, 1052, 1053 for an unknown function, version, alias
   */
  locate(urn: string): Located {
    const parsed = parseUrn(urn);
    if (!parsed) throw new InvocationError(400, 'FSS.1309', 'Invalid function URN.');
    const fn = this.#functions.get(keyOf(parsed));
    const mine = parsed.region === this.#options.region && parsed.projectId === this.#options.projectId;
    if (!fn || !mine) throw new FunctionNotFoundError(urn);
    const { qualifier } = parsed;
    if (qualifier !== undefined) checkQualifier(fn, qualifier);
    return { fn, qualifier: qualifier ?? 'latest', qualified: qualifier !== undefined };
  }

  /**
   * Finds a function by URN, name, label, or the end of its name, with `:version` or `:!alias` as well; undefined where
   * nothing or more than one is called so.
   */
  find(text: string): Located | undefined {
    if (text.startsWith('urn:')) {
      try {
        return this.locate(text);
      } catch {
        return undefined;
      }
    }
    const colon = text.indexOf(':');
    const name = colon < 0 ? text : text.slice(0, colon);
    const qualifier = colon < 0 ? 'latest' : text.slice(colon + 1);
    const all = this.list();
    const called = (is: (fn: StoredFunction) => boolean): StoredFunction | undefined => {
      const [one, ...others] = all.filter(is);
      return others.length === 0 ? one : undefined;
    };
    const fn =
      called((fn) => labelOf(fn) === name) ??
      called((fn) => fn.name === name) ??
      called((fn) => fn.name.endsWith(`-${name}`));
    return fn && versionAt(fn, qualifier) ? { fn, qualifier, qualified: colon >= 0 } : undefined;
  }

  versionFor({ fn, qualifier }: Located): Version {
    const current = this.#functions.get(keyOf(fn)) ?? fn;
    const version = versionAt(current, qualifier, this.#random);
    if (!version) throw new FunctionNotFoundError(this.urnOf(fn, qualifier));
    return version;
  }

  /** Throws ApiError 409 FSS.1061 when there is one of that name; 403 FSS.1041 when there are too many. */
  create(fn: StoredFunction): Promise<StoredFunction> {
    return this.#inTurn(fn, async () => {
      if (this.#functions.has(keyOf(fn))) throw new ApiError(409, 'FSS.1061', 'The function already exists.');
      if (this.#functions.size >= LIMITS.functions)
        throw new ApiError(403, 'FSS.1041', 'The number of functions exceeds the maximum allowed limit.');
      await this.store.save(fn);
      this.#set(undefined, fn);
      return fn;
    });
  }

  /**
   * Changes a function as it is when its turn comes; the same object means that nothing is to be done.
   * @param last done after the change, before the next one
   */
  change(
    named: Pick<StoredFunction, 'name' | 'package'>,
    change: (fn: StoredFunction) => StoredFunction | Promise<StoredFunction>,
    last: () => Promise<void> = async () => {},
  ): Promise<StoredFunction> {
    return this.#inTurn(named, async () => {
      const before = this.#functions.get(keyOf(named));
      if (!before) throw new FunctionNotFoundError(this.urnOf(named));
      const after = await change(before);
      if (after === before) return after;
      await this.store.save(after);
      this.#set(before, after);
      await last();
      await this.#sweepAfter(before, after);
      return after;
    });
  }

  put(
    named: Pick<StoredFunction, 'name' | 'package'>,
    change: (fn: StoredFunction | undefined) => StoredFunction,
  ): Promise<StoredFunction> {
    return this.#inTurn(named, async () => {
      const before = this.#functions.get(keyOf(named));
      const after = change(before);
      await this.store.save(after);
      this.#set(before, after);
      if (before) await this.#sweepAfter(before, after);
      return after;
    });
  }

  /** @param triggers ends what belongs to the function: done before it is gone, and once more after it */
  remove(
    named: Pick<StoredFunction, 'name' | 'package'>,
    triggers: (fn: StoredFunction) => Promise<void> = async () => {},
  ): Promise<void> {
    return this.#inTurn(named, async () => {
      const before = this.#functions.get(keyOf(named));
      if (!before) throw new FunctionNotFoundError(this.urnOf(named));
      await triggers(before);
      await this.store.remove(before);
      this.#set(before, undefined);
      await triggers(before);
      await this.#sweepAfter(before, undefined);
    });
  }

  #set(before: StoredFunction | undefined, after: StoredFunction | undefined): void {
    if (after) this.#functions.set(keyOf(after), after);
    else if (before) this.#functions.delete(keyOf(before));
    this.#options.onChange?.(before, after);
  }

  #inTurn<T>(fn: Pick<StoredFunction, 'name' | 'package'>, work: () => Promise<T>): Promise<T> {
    const key = keyOf(fn);
    const done = (this.#changes.get(key) ?? Promise.resolve()).then(work);
    const settled = done.then(
      () => {},
      () => {},
    );
    this.#changes.set(key, settled);
    void settled.then(() => {
      if (this.#changes.get(key) === settled) this.#changes.delete(key);
    });
    return done;
  }

  async #sweepAfter(before: StoredFunction, after: StoredFunction | undefined): Promise<void> {
    const left = new Set(after ? digestsOf(after) : []);
    if (digestsOf(before).some((digest) => !left.has(digest))) await this.#sweep();
  }

  async #sweep(): Promise<void> {
    await this.store.sweep(() => new Set([...this.#functions.values()].flatMap(digestsOf)));
  }
}

export function newRevision(): string {
  return randomUUID();
}

/** The digest that "changes since last publication" compares. */
export function settingsDigest(version: Version): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(version.settings)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, content]) => [name, sorted(content)]);
}

function checkQualifier(fn: StoredFunction, qualifier: string): void {
  if (qualifier.startsWith('!')) {
    if (!aliasAt(fn, qualifier)) throw new AliasNotFoundError();
  } else if (!versionAt(fn, qualifier)) {
    throw new VersionNotFoundError();
  }
}

function digestsOf(fn: StoredFunction): string[] {
  return versionsOf(fn).map(({ code }) => code.digest);
}

function keyOf(fn: { readonly name: string; readonly package: string }): string {
  return `${fn.package}:${fn.name}`;
}
