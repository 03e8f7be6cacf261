import * as z from 'zod/mini';
import { isPathSegment } from './path.ts';
import { rule } from './rule.ts';

/**
 * Characters as the vendor's tables count them: they are generated from OpenAPI, where `maxLength` counts Unicode
 * characters (RFC 8259 via JSON Schema), so an emoji is one. A text that a narrower count refuses is left to OMS.
 */
function hasAtMost(value: string, maximum: number): boolean {
  if (value.length <= maximum) return true;
  if (value.length > 2 * maximum) return false;
  let characters = 0;
  for (const _ of value) characters += 1;
  return characters <= maximum;
}

/** Allows at most this many Unicode characters (code points). */
function maxCharacters(maximum: number): z.core.$ZodCheck<string> {
  const finding = { rule: 'max_length', message: `must have at most ${maximum} characters` };
  return rule((value) => (hasAtMost(value, maximum) ? undefined : finding), { maximum });
}

function notEmpty(): z.core.$ZodCheck<string> {
  const finding = { rule: 'not_empty', message: 'must not be empty' };
  return rule((value) => (value === '' ? finding : undefined), { minimum: 1 });
}

/** Text of 0 to `maximum` characters. */
export function text(maximum: number): z.ZodMiniString<string> {
  return z.string().check(maxCharacters(maximum));
}

/** Text of 1 to `maximum` characters. */
export function nonEmptyText(maximum: number): z.ZodMiniString<string> {
  return z.string().check(notEmpty(), maxCharacters(maximum));
}

/** The id is opaque and never checked as a UUID. */
function taskId(maximum: number): z.ZodMiniString<string> {
  return nonEmptyText(maximum).check(
    rule((value) =>
      // The empty text is reported by notEmpty.
      value === '' || isPathSegment(value)
        ? undefined
        : { rule: 'path_segment', message: 'cannot be a segment of a URL path' },
    ),
  );
}

/** Id in every operation but events. @see https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html */
export const syncTaskId = taskId(255);
/** Id in events only. @see https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html */
export const syncTaskIdForEvents = taskId(1024);

/**
 * Name of a bucket in any cloud: the tables say 0 to 1024 characters. An empty name is refused, because no cloud has
 * such a bucket and the task could never copy anything.
 */
export const bucket = nonEmptyText(1024);

/**
 * A whole number that is written as text, as in a query.
 *
 * @param minimum of the number, included
 * @param maximum of the number, included
 */
export function integerText(minimum: number, maximum: number) {
  const digits = rule<string>((value) => (DIGITS.test(value) ? undefined : NOT_A_WHOLE_NUMBER));
  const number = z.pipe(
    z.string().check(digits),
    z.transform((value: string) => Number(value)),
  );
  return z.pipe(number, z.int().check(z.gte(minimum), z.lte(maximum)));
}

const DIGITS = /^\d{1,15}$/;
const NOT_A_WHOLE_NUMBER = { rule: 'integer', message: 'must be a whole number in decimal digits' };
