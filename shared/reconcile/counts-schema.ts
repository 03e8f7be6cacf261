import * as z from 'zod/mini';
import type { Counts } from './counts.ts';
import { REASONS, VERDICTS } from './verdict.ts';

/** A number of things, or of bytes. */
export const quantity = z.int().check(z.gte(0));

export const totalsSchema = z.object({ objects: quantity, bytes: quantity });
const verdictSchema = z.object({ objects: quantity, bytes: quantity, keys: z.array(z.string()) });

export const verdictsSchema = z.object(
  Object.fromEntries(VERDICTS.map((verdict) => [verdict, verdictSchema])) as Record<
    (typeof VERDICTS)[number],
    typeof verdictSchema
  >,
);

/** Counts as they are kept in a checkpoint. */
export const countsSchema = z.object({
  source: totalsSchema,
  destination: totalsSchema,
  verdicts: verdictsSchema,
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
