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

  /** As it is. */
  call(call: Call): Promise<Success> {
    return this.#caller.call({ ...call, path: ['v2', this.#projectId, 'fgs', ...call.path] });
  }

  /**
   * A creation under a name that is taken only once, which is therefore repeatable.
   *
   * @param taken code of the refusal of a second one
   * @returns undefined where an attempt before the last one had done it, as far as anybody can tell
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

  /** @returns undefined where it is missing */
  async find<T>(call: Pick<Call, 'operation' | 'path'>, schema: z.ZodMiniType<T>): Promise<T | undefined> {
    try {
      const success = await this.call({ ...call, method: 'GET', repeatable: true });
      return this.read(call.operation, success, schema);
    } catch (error) {
      if (isMissing(error, call.path)) return undefined;
      throw error;
    }
  }

  /** A deletion; what is missing already is as good an end. */
  async remove(call: Pick<Call, 'operation' | 'path'>): Promise<void> {
    try {
      await this.call({ ...call, method: 'DELETE', repeatable: true });
    } catch (error) {
      if (!isMissing(error, call.path)) throw error;
    }
  }

  /**
   * All pages of a list; nothing where it is missing. Every item is there once, by its name: of versions, `marker` and
   * `maxitems` "are not available", so each page may be the whole list.
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
      // The last page names its end as the next beginning, or nothing; one that brings nothing new is no page. What `count`
      // counts, the reference leaves open: it ends the list only where the page is not full, either.
      const all = items.length < CALL_LIMITS.pageSize && found.size === read.count;
      if (found.size === before || all || read.next_marker === undefined || read.next_marker <= marker)
        return [...found.values()];
      marker = read.next_marker;
    }
    throw new MalformedAnswerError({ operation, status: 200, requestId: undefined }, 'is a list without an end');
  }

  /**
   * An answer of the wanted shape.
   *
   * @throws MalformedAnswerError which names the fields, and nothing of what is in them
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
 * 404; and 401 FSS.0401 of something that has a URN, which the service answers where there is no such function. Nothing
 * else: a 403 must not look like a function that is to be created.
 */
function isMissing(error: unknown, [, urn]: readonly string[]): boolean {
  if (!(error instanceof RefusedError)) return false;
  return error.status === 404 || (error.status === 401 && error.code === 'FSS.0401' && urn !== undefined);
}
