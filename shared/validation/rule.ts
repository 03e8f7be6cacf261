import * as z from 'zod/mini';
import type { RuleParams } from './parse.ts';

export interface Finding extends RuleParams {
  readonly path?: readonly PropertyKey[];
}

/** Description of a rule for the published JSON Schema; it checks nothing. */
export interface Facets {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly patterns?: ReadonlySet<RegExp>;
}

/**
 * A rule of one value, as a zod check. Runs only where the value has the right type.
 *
 * @param find the problem, or undefined where the rule is kept
 * @param facets as far as JSON Schema can say what the rule says
 */
export function rule<T>(find: (value: T) => Finding | undefined, facets?: Facets): z.core.$ZodCheck<T> {
  const check = z.check<T>((payload) => {
    const finding = find(payload.value);
    if (finding) report(payload, finding);
  });
  if (facets) check._zod.onattach.push((schema) => Object.assign(schema._zod.bag, facets));
  return check;
}

/**
 * A rule across the fields of an object, as a zod check. Runs although fields are wrong already, so that one answer
 * names every problem; that is why each field is `unknown`.
 *
 * @param find every problem
 */
export function crossFieldRule(
  find: (fields: Readonly<Record<string, unknown>>) => readonly Finding[],
): z.core.$ZodCheck<object> {
  const check = z.check<object>((payload) => {
    for (const finding of find(payload.value as Readonly<Record<string, unknown>>)) report(payload, finding);
  });
  // Otherwise zod skips the checks of an object that has an issue already.
  check._zod.def.when = ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value);
  return check;
}

function report(payload: z.core.ParsePayload<unknown>, finding: Finding): void {
  const { rule: name, message, path = [] } = finding;
  payload.issues.push({
    code: 'custom',
    path: [...path],
    input: undefined,
    params: { rule: name, message },
    // The next check of the same value runs too.
    continue: true,
  });
}
