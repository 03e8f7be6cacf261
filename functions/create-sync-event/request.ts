import * as z from 'zod/mini';
import { checkEncodedOmsKey, encodeOmsKey } from '#shared/encoding/encode.ts';
import { KeyEncodingError } from '#shared/encoding/errors.ts';
import { PayloadTooLargeError } from '#shared/errors/http.ts';
import type { HttpRequest } from '#shared/platform/gateway-event.ts';
import { readPathAndBody } from '#shared/platform/parameters.ts';
import { parse } from '#shared/validation/parse.ts';
import { syncTaskIdForEvents } from '#shared/validation/primitives.ts';
import { crossFieldRule, type Finding, rule } from '#shared/validation/rule.ts';

const MAX_KEYS = 1000;

function keyFinding(check: (key: string) => unknown): (key: string) => Finding | undefined {
  return (key) => {
    try {
      check(key);
      return undefined;
    } catch (error) {
      if (!(error instanceof KeyEncodingError)) throw error;
      return { rule: error.rule, message: `is no object key: ${error.message.replace(/\.$/, '')}` };
    }
  };
}

const notEmpty = rule(
  (list: readonly unknown[]) => (list.length === 0 ? { rule: 'not_empty', message: 'must not be empty' } : undefined),
  // The most is another answer (413), see refuseTooMany.
  { minimum: 1, maximum: MAX_KEYS },
);

/** @param maximum characters that a key has at the most, whatever they are */
function listOf(check: (key: string) => unknown, maximum: number) {
  const key = z.string().check(rule(keyFinding(check), { minimum: 1, maximum }));
  return z.optional(z.array(key).check(notEmpty));
}

const eitherList = crossFieldRule(({ object_keys, objects }) =>
  (object_keys === undefined) === (objects === undefined)
    ? [{ rule: 'either_or', message: 'must have either object_keys (encoded names) or objects (real names)' }]
    : [],
);

/** Exactly one of the two: names that the caller encoded as OMS wants them, or the objects' real names. */
export const createSyncEventBody = z
  .strictObject({
    // Bytes of UTF-8, and so characters too; encoded, three for a byte.
    object_keys: listOf(checkEncodedOmsKey, 3 * 1024),
    objects: listOf(encodeOmsKey, 1024),
  })
  .check(eitherList);

export const createSyncEventParameters = z.strictObject({ sync_task_id: syncTaskIdForEvents });

export interface CreateSyncEventRequest {
  readonly syncTaskId: string;
  readonly list: 'object_keys' | 'objects';
  /** Encoded for OMS, in the order of the request. */
  readonly objectKeys: readonly string[];
}

/** @throws ValidationError with every problem of path, query and body, PayloadTooLargeError above 1000 keys */
export function readRequest(request: HttpRequest): CreateSyncEventRequest {
  refuseTooMany(request.body);
  const [{ sync_task_id: syncTaskId }, lists] = readPathAndBody(createSyncEventParameters, request, () =>
    parse(createSyncEventBody, request.body, 'The body'),
  );
  const { object_keys, objects = [] } = lists;
  return object_keys === undefined
    ? { syncTaskId, list: 'objects', objectKeys: objects.map((name) => encodeOmsKey(name)) }
    : { syncTaskId, list: 'object_keys', objectKeys: object_keys };
}

function refuseTooMany(body: unknown): void {
  const counts = ['object_keys', 'objects'].map((name) => {
    const list: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
    return Array.isArray(list) ? list.length : 0;
  });
  const count = Math.max(...counts);
  if (count > MAX_KEYS)
    throw new PayloadTooLargeError(`A request may name ${MAX_KEYS} objects, and this one names ${count}.`);
}
