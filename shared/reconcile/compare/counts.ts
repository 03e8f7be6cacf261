import * as z from 'zod/mini';
import { compareUtf8, isBefore } from '#shared/encoding/utf8-order.ts';
import { STATE_LIMITS, storedText } from '../document-limits.ts';
import { addLag, type LagCounts, lagSchema } from './lag.ts';
import { type Finding, isSubmitted, REASONS, type Reason, VERDICTS, type Verdict } from './verdict.ts';

/** Maximum sample keys per verdict: the first ones. */
export const NAMED_KEYS = 100;
/** Characters (code points) of a named key. Longer ones are cut, and an ellipsis is put behind. */
export const NAMED_KEY_LENGTH = 200;
const ELLIPSIS = '\u2026';

export interface Totals {
  objects: number;
  bytes: number;
}

export interface VerdictCount extends Totals {
  /** The first {@link NAMED_KEYS} keys, in the order of a listing. */
  keys: string[];
}

/**
 * Counts of a part of a listing. Counts of different parts add up with {@link addCounts}, in any order and
 * grouping. They are plain JSON.
 */
export interface Counts {
  readonly source: Totals;
  readonly destination: Totals;
  /** Bytes are those of the source; those of the destination where it alone has the object. */
  readonly verdicts: Record<Verdict, VerdictCount>;
  readonly reasons: Partial<Record<Reason, number>>;
  /** Source objects modified since the last pass began, and how many of them no notification has brought over. */
  readonly changed: { objects: number; lost: number };
  /** Absent where nothing was measured, as in documents of releases that did not. */
  lag?: LagCounts;
}

export interface DiffStep {
  /** Every key up to this one, inclusive, has been judged. */
  readonly cursor: string;
  readonly counts: Counts;
  /** Findings of this step: everything that is not the same, in the order of the keys. At most what two pages hold. */
  readonly findings: readonly Finding[];
}

export function noCounts(): Counts {
  return {
    source: { objects: 0, bytes: 0 },
    destination: { objects: 0, bytes: 0 },
    verdicts: byVerdict(() => ({ objects: 0, bytes: 0, keys: [] })),
    reasons: {},
    changed: { objects: 0, lost: 0 },
  };
}

export function submittable({ verdicts }: Counts): Totals {
  const total = { objects: 0, bytes: 0 };
  for (const verdict of VERDICTS) {
    if (!isSubmitted(verdict)) continue;
    total.objects += verdicts[verdict].objects;
    total.bytes += verdicts[verdict].bytes;
  }
  return total;
}

/** The counts of two parts that have no object in common; an object that both have named is named once. */
export function addCounts(a: Counts, b: Counts): Counts {
  const reasons: Partial<Record<Reason, number>> = {};
  for (const reason of REASONS) {
    const sum = (a.reasons[reason] ?? 0) + (b.reasons[reason] ?? 0);
    if (sum > 0) reasons[reason] = sum;
  }
  const lag = addLag(a.lag, b.lag);
  return {
    source: addTotals(a.source, b.source),
    destination: addTotals(a.destination, b.destination),
    verdicts: byVerdict((verdict) => ({
      ...addTotals(a.verdicts[verdict], b.verdicts[verdict]),
      keys: firstKeys(a.verdicts[verdict].keys, b.verdicts[verdict].keys),
    })),
    reasons,
    changed: { objects: a.changed.objects + b.changed.objects, lost: a.changed.lost + b.changed.lost },
    ...(lag && { lag }),
  };
}

export function countSame(counts: Counts, key: string, sourceSize: number, destinationSize: number): void {
  const { source, destination } = counts;
  source.objects += 1;
  source.bytes += sourceSize;
  destination.objects += 1;
  destination.bytes += destinationSize;
  const { same } = counts.verdicts;
  same.objects += 1;
  same.bytes += sourceSize;
  if (same.keys.length < NAMED_KEYS) name(same.keys, key);
}

/** Counts one object that is not the same. Objects come in the order of their keys. */
export function countFinding(counts: Counts, { key, verdict, source, destination, reason }: Finding): void {
  if (source) {
    counts.source.objects += 1;
    counts.source.bytes += source.size;
  }
  if (destination) {
    counts.destination.objects += 1;
    counts.destination.bytes += destination.size;
  }
  const count = counts.verdicts[verdict];
  count.objects += 1;
  count.bytes += (source ?? destination)?.size ?? 0;
  if (count.keys.length < NAMED_KEYS) name(count.keys, key);
  if (reason) counts.reasons[reason] = (counts.reasons[reason] ?? 0) + 1;
}

/**
 * A key as it is named: never with half a character. Cutting by code points keeps the order, so that the first keys of
 * all parts together are among the first of each part.
 */
export function namedKey(key: string): string {
  if (key.length <= NAMED_KEY_LENGTH) return key;
  const characters = [...key.slice(0, 2 * NAMED_KEY_LENGTH + 1)];
  return characters.length <= NAMED_KEY_LENGTH ? key : characters.slice(0, NAMED_KEY_LENGTH).join('') + ELLIPSIS;
}

/** Keys come in order, so those that have become equal by being cut are neighbours. */
function name(keys: string[], key: string): void {
  const named = namedKey(key);
  if (named !== keys.at(-1)) keys.push(named);
}

function addTotals(a: Totals, b: Totals): Totals {
  return { objects: a.objects + b.objects, bytes: a.bytes + b.bytes };
}

function byVerdict<T>(make: (verdict: Verdict) => T): Record<Verdict, T> {
  return Object.fromEntries(VERDICTS.map((verdict) => [verdict, make(verdict)])) as Record<Verdict, T>;
}

/** @param a of all parts so far, where `b` is the next one: its keys are kept as they are */
function firstKeys(a: readonly string[], b: readonly string[]): string[] {
  const [first, last] = [b[0], a.at(-1)];
  if (first === undefined || (a.length >= NAMED_KEYS && last !== undefined && !isBefore(first, last))) return [...a];
  return [...new Set([...a, ...b.map(detached)])].sort(compareUtf8).slice(0, NAMED_KEYS);
}

/**
 * A text of its own. One that was cut out of another, as readers of pages do it, keeps the whole of it in memory: a
 * hundred keys that are kept would keep a hundred pages.
 */
export function detached(text: string): string {
  return Buffer.from(text).toString();
}

export const quantity = z.int().check(z.gte(0));

export const totalsSchema = z.object({ objects: quantity, bytes: quantity });

export const verdictsSchema = z.object(byVerdict(() => z.extend(totalsSchema, { keys: z.array(z.string()) })));

const storedVerdictSchema = z.extend(totalsSchema, { keys: z.array(storedText).check(z.maxLength(NAMED_KEYS)) });

/** Verdicts that earlier releases did not know: what they have written is read, too. */
const LATER: ReadonlySet<Verdict> = new Set<Verdict>(['deferred', 'submitted_in_vain']);
const laterVerdictSchema = z._default(storedVerdictSchema, () => ({ objects: 0, bytes: 0, keys: [] }));

/** Reads the verdicts of a document of any release. */
export const storedVerdictsSchema = z.object(
  byVerdict((verdict) => (LATER.has(verdict) ? laterVerdictSchema : storedVerdictSchema) as typeof laterVerdictSchema),
);

/** Counts as they are kept in a checkpoint. */
export const countsSchema = z.object({
  source: totalsSchema,
  destination: totalsSchema,
  verdicts: storedVerdictsSchema,
  reasons: z.object(
    Object.fromEntries(REASONS.map((reason) => [reason, z.optional(quantity)])) as Record<
      (typeof REASONS)[number],
      z.ZodMiniOptional<typeof quantity>
    >,
  ),
  changed: z.object({ objects: quantity, lost: quantity }),
  lag: lagSchema,
});

/** Objects that were refused for good, by the code of the failure. Plain JSON. */
export type RefusedByCode = Readonly<Record<string, { readonly objects: number; readonly keys: readonly string[] }>>;

export const refusedSchema = z
  .record(
    z.string().check(z.maxLength(200)),
    z.object({ objects: quantity, keys: z.array(storedText).check(z.maxLength(NAMED_KEYS)) }),
  )
  .check(z.refine((refused) => Object.keys(refused).length <= STATE_LIMITS.codes));

export interface RefusedKey {
  readonly key: string;
  readonly code: string;
}

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
