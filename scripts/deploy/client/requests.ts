import * as z from 'zod/mini';
import { MalformedAnswerError, RefusedError } from '../errors.ts';
import type { DeployTarget } from '../types.ts';
import { type Call, Caller, type Success } from './call.ts';
import { CALL_LIMITS } from './limits.ts';

/** Ways to call FunctionGraph and to read its answers. Paths begin behind `/v2/{project_id}/fgs`. */
export class Requests {
  readonly #caller: Caller;
  readonly #projectId: string;

  constructor(target: DeployTarget, signal: AbortSignal | undefined) {
    this.#caller = new Caller(target, { address: target.endpoint, setting: 'The endpoint of FunctionGraph', signal });
    this.#projectId = target.projectId;
  }

  /** Makes a call. */
  call(call: Call): Promise<Success> {
    return this.#caller.call({ ...call, path: ['v2', this.#projectId, 'fgs', ...call.path] });
  }

  /**
   * Creates something under a unique name, which makes the call repeatable.
   *
   * @param taken code of the refusal where the name is taken
   * @returns undefined where an earlier attempt had probably created it
   */
  async once(taken: string, call: Call): Promise<Success | undefined> {
    let attempts = 0;
    try {
      return await this.call({
        ...call,
        onAttempt: () => {
          attempts += 1;
        },
      });
    } catch (error) {
      if (error instanceof RefusedError && error.code === taken && attempts > 1) return undefined;
      throw error;
    }
  }

  /** Reads something; undefined where it is missing. */
  async find<T>(call: Pick<Call, 'operation' | 'path'>, schema: z.ZodMiniType<T>): Promise<T | undefined> {
    try {
      const success = await this.call({ ...call, method: 'GET', repeatable: true });
      return this.read(call.operation, success, schema);
    } catch (error) {
      if (isMissing(error, call.path)) return undefined;
      throw error;
    }
  }

  /** Deletes something; it may be missing already. */
  async remove(call: Pick<Call, 'operation' | 'path'>): Promise<void> {
    try {
      await this.call({ ...call, method: 'DELETE', repeatable: true });
    } catch (error) {
      if (!isMissing(error, call.path)) throw error;
    }
  }

  /**
   * Reads all pages of a list; empty where it is missing. Items are unique by name, because `marker` and `maxitems`
   * "are not available" for versions, where each page may be the whole list.
   */
  async pages<P extends { readonly next_marker: number | undefined; readonly count: number | undefined }, T>(
    operation: string,
    path: readonly string[],
    schema: z.ZodMiniType<P>,
    itemsOf: (page: P) => readonly T[],
    nameOf: (item: T) => string,
  ): Promise<T[]> {
    const found = new Map<string, T>();
    let marker = 0;
    for (let page = 0; page < CALL_LIMITS.pages; page += 1) {
      const query = [
        ['marker', String(marker)],
        ['maxitems', String(CALL_LIMITS.pageSize)],
      ] as const;
      const call: Call = { operation, method: 'GET', path, query, repeatable: true };
      let success: Success;
      try {
        success = await this.call(call);
      } catch (error) {
        if (page === 0 && isMissing(error, path)) return [];
        throw error;
      }
      const read = this.read(operation, success, schema);
      const items = itemsOf(read);
      const before = found.size;
      for (const item of items) if (!found.has(nameOf(item))) found.set(nameOf(item), item);
      // The last page has no next marker, or its own end; a page without new items ends the list, too. The reference
      // does not say what `count` counts, so it ends the list only where the page is not full.
      const all = items.length < CALL_LIMITS.pageSize && found.size === read.count;
      if (found.size === before || all || read.next_marker === undefined || read.next_marker <= marker)
        return [...found.values()];
      marker = read.next_marker;
    }
    throw new MalformedAnswerError({ operation, status: 200, requestId: undefined }, 'is a list without an end');
  }

  /**
   * Reads an answer with a schema.
   *
   * @throws MalformedAnswerError which names the fields and never a value
   */
  read<T>(operation: string, { json, status, requestId }: Success, schema: z.ZodMiniType<T>): T {
    const failure = { operation, status, requestId };
    if (json === undefined) throw new MalformedAnswerError(failure, 'is not JSON');
    const result = z.safeParse(schema, json);
    if (result.success) return result.data;
    // Paths alone: zod's messages may hold what was received.
    const paths = [...new Set(result.error.issues.map(({ path }) => path.join('.') || 'the whole'))];
    throw new MalformedAnswerError(failure, `has unusable fields: ${paths.slice(0, 5).join(', ')}`);
  }
}

/**
 * Recognises 404, and 401 FSS.0401 for a URN, which the service answers where there is no such function. A 403 must not
 * look like a function that is to be created.
 */
function isMissing(error: unknown, [, urn]: readonly string[]): boolean {
  if (!(error instanceof RefusedError)) return false;
  return error.status === 404 || (error.status === 401 && error.code === 'FSS.0401' && urn !== undefined);
}
