import * as z from 'zod/mini';
import { storedText } from '../document-limits.ts';
import { type Counts, NAMED_KEYS } from './counts.ts';
import { REASONS, VERDICTS, type Verdict } from './verdict.ts';

/** A number of things, or of bytes. */
export const quantity = z.int().check(z.gte(0));

export const totalsSchema = z.object({ objects: quantity, bytes: quantity });
const verdictSchema = z.object({ objects: quantity, bytes: quantity, keys: z.array(z.string()) });

function byVerdict<T>(schemaOf: (verdict: Verdict) => T): Record<Verdict, T> {
  return Object.fromEntries(VERDICTS.map((verdict) => [verdict, schemaOf(verdict)])) as Record<Verdict, T>;
}

export const verdictsSchema = z.object(byVerdict(() => verdictSchema));

const storedVerdictSchema = z.object({
  objects: quantity,
  bytes: quantity,
  keys: z.array(storedText).check(z.maxLength(NAMED_KEYS)),
});

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
});

/** A schema gives `undefined` for a reason that is absent where {@link Counts} gives nothing. */
export function asCounts(value: z.infer<typeof countsSchema>): Counts {
  return value as Counts;
}
