import * as z from 'zod/mini';
import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import { FAILURES, type FailureKind } from '#shared/pipeline/failures.ts';
import { detached, NAMED_KEYS, namedKey } from '../compare/counts.ts';
import { quantity } from '../compare/counts-schema.ts';
import { STATE_LIMITS, storedText } from '../document-limits.ts';

/** Objects that were refused for good, by the code of the failure. Plain JSON. */
export type RefusedByCode = Readonly<Record<string, { readonly objects: number; readonly keys: readonly string[] }>>;

export const refusedSchema = z
  .record(
    z.string().check(z.maxLength(200)),
    z.object({ objects: quantity, keys: z.array(storedText).check(z.maxLength(NAMED_KEYS)) }),
  )
  .check(z.refine((refused) => Object.keys(refused).length <= STATE_LIMITS.codes));

/** One key that was refused for good. */
export interface RefusedKey {
  readonly key: string;
  readonly code: string;
}

/** Adds the refused keys of a later part of a range. */
export function withRefused(refused: RefusedByCode, keys: readonly RefusedKey[]): RefusedByCode {
  if (keys.length === 0) return refused;
  const rows: Record<string, { objects: number; keys: readonly string[] }> = { ...refused };
  for (const { key, code } of keys) {
    const { objects, keys: named } = rows[code] ?? { objects: 0, keys: [] };
    const isNamed = named.length < NAMED_KEYS;
    rows[code] = { objects: objects + 1, keys: isNamed ? [...named, detached(namedKey(key))] : named };
  }
  return rows;
}

/** Adds up several ranges, given in order. */
export function addRefusedByCode(all: readonly RefusedByCode[]): RefusedByCode {
  const rows: Record<string, { objects: number; keys: string[] }> = {};
  for (const refused of all)
    for (const [code, { objects, keys }] of Object.entries(refused)) {
      const row = rows[code] ?? { objects: 0, keys: [] };
      rows[code] = row;
      row.objects += objects;
      row.keys.push(...keys.slice(0, NAMED_KEYS - row.keys.length));
    }
  return rows;
}

/** A line of a report. */
export interface RefusedRow {
  readonly code: string;
  readonly remedy: string;
  readonly objects: number;
  readonly keys: readonly string[];
}

/** @param code of a failure; that of another release may be unknown */
export function submissionRemedy(code: string): string {
  const failure: FailureKind | undefined = Object.values(FAILURES).find((each) => each.code === code);
  return failure?.reconcileRemedy ?? failure?.remedy ?? 'See the log; the next pass submits the objects again.';
}

/** The most frequent first. */
export function refusedRows(refused: RefusedByCode): RefusedRow[] {
  return Object.entries(refused)
    .map(([code, { objects, keys }]) => ({ code, remedy: submissionRemedy(code), objects, keys }))
    .sort((a, b) => b.objects - a.objects || compareUtf8(a.code, b.code));
}
