import { badRequest, OMS } from './errors.ts';

/** One row of a vendor's parameter table. `null` counts as absent, as the vendor's own samples write it. */
type Rule = StringRule | NumberTextRule | BooleanRule | ArrayRule | ObjectRule;

interface Presence {
  readonly mandatory?: boolean;
  /** Mandatory where another field of the same object has one of these values. */
  readonly mandatoryWhen?: Condition & { readonly code?: string };
}

interface Condition {
  readonly field: string;
  readonly values: readonly string[];
}

interface StringRule extends Presence {
  readonly type: 'string';
  /** Characters. */
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
  /** A comma-separated list of some of these. */
  readonly subset?: readonly string[];
  readonly default?: string;
  readonly forbidden?: { readonly characters: string; readonly code: string };
  /** A value that is legal only under a condition. */
  readonly only?: readonly { readonly value: string; readonly when: Condition }[];
}

interface NumberTextRule extends Presence {
  readonly type: 'number-text';
  readonly min: number;
  readonly max: number;
  readonly default?: number;
}

interface BooleanRule extends Presence {
  readonly type: 'boolean';
  readonly default?: boolean;
}

interface ArrayRule extends Presence {
  readonly type: 'array';
  readonly min: number;
  readonly max: number;
  readonly element: StringRule;
}

interface ObjectRule extends Presence {
  readonly type: 'object';
  readonly fields: Fields;
}

export type Fields = Readonly<Record<string, Rule>>;

type Value<R> = R extends { type: 'string'; values: readonly (infer V)[] }
  ? V
  : R extends { type: 'string' }
    ? string
    : R extends { type: 'number-text' }
      ? number
      : R extends { type: 'boolean' }
        ? boolean
        : R extends { type: 'array' }
          ? readonly string[]
          : R extends { type: 'object'; fields: infer F }
            ? Checked<F>
            : never;

type Present<R> = R extends { mandatory: true } ? true : R extends { default: unknown } ? true : false;

export type Checked<F> = {
  readonly [K in keyof F as Present<F[K]> extends true ? K : never]: Value<F[K]>;
} & { readonly [K in keyof F as Present<F[K]> extends true ? never : K]?: Value<F[K]> };

/**
 * Applies the rows of a table, in their order, and fills in defaults. Fields without a row are ignored, as the vendor's
 * service does. Throws OmsFault 400 for the first row that does not hold; it names the field, never its value.
 */
export function check<F extends Fields>(fields: F, value: unknown, prefix = ''): Checked<F> {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const result: Record<string, unknown> = {};
  for (const [name, rule] of Object.entries(fields)) {
    const checked = checkField(rule, Object.hasOwn(given, name) ? given[name] : undefined, `${prefix}${name}`);
    if (checked !== undefined) result[name] = checked;
  }
  for (const [name, rule] of Object.entries(fields)) checkConditions(rule, result, name, prefix);
  return result as Checked<F>;
}

function checkField(rule: Rule, value: unknown, path: string): unknown {
  if (value === undefined || value === null) {
    if (rule.mandatory === true) throw badRequest(OMS.missingParameter, `The parameter ${path} is missing.`);
    return 'default' in rule ? rule.default : undefined;
  }
  switch (rule.type) {
    case 'string':
      return checkString(rule, value, path);
    case 'number-text':
      return checkNumberText(rule, value, path);
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongType(path, 'a boolean');
      return value;
    case 'array':
      if (!Array.isArray(value)) throw wrongType(path, 'an array');
      checkRange(rule, value.length, path, 'elements');
      return value.map((element, index) => {
        if (element === null) throw badRequest(OMS.missingParameter, `The parameter ${path}[${index}] is missing.`);
        return checkString(rule.element, element, `${path}[${index}]`);
      });
    case 'object':
      if (typeof value !== 'object' || Array.isArray(value)) throw wrongType(path, 'an object');
      return check(rule.fields, value, `${path}.`);
  }
}

function checkString(rule: StringRule, value: unknown, path: string): string {
  if (typeof value !== 'string') throw wrongType(path, 'a string');
  checkRange(rule, value.length, path, 'characters');
  const { forbidden, values, subset } = rule;
  if (forbidden && [...forbidden.characters].some((character) => value.includes(character)))
    throw badRequest(forbidden.code, `The parameter ${path} must not contain any of ${forbidden.characters}`);
  if (values && !values.includes(value))
    throw badRequest(OMS.invalidRequestParameter, `The parameter ${path} must be one of ${values.join(', ')}.`);
  if (subset && !value.split(',').every((part) => subset.includes(part)))
    throw badRequest(OMS.invalidRequestParameter, `The parameter ${path} must list some of ${subset.join(', ')}.`);
  return value;
}

function checkNumberText(rule: NumberTextRule, value: unknown, path: string): number {
  const number = typeof value === 'string' && /^-?\d{1,19}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) throw badRequest(OMS.invalidParameter, `The parameter ${path} must be an integer.`);
  if (number < rule.min || number > rule.max)
    throw badRequest(OMS.invalidParameter, `The parameter ${path} must be between ${rule.min} and ${rule.max}.`);
  return number;
}

function checkRange(rule: { readonly min?: number; readonly max?: number }, size: number, path: string, unit: string) {
  const { min = 0, max = Number.POSITIVE_INFINITY } = rule;
  if (size < min || size > max)
    throw badRequest(OMS.invalidRequestParameter, `The parameter ${path} must have ${min} to ${max} ${unit}.`);
}

function checkConditions(rule: Rule, values: Record<string, unknown>, name: string, prefix: string): void {
  const holds = ({ field, values: allowed }: Condition): boolean => allowed.includes(String(values[field]));
  const missing = values[name] === undefined || values[name] === '';
  if (rule.mandatoryWhen && missing && holds(rule.mandatoryWhen)) {
    const { code = OMS.missingParameter, field } = rule.mandatoryWhen;
    throw badRequest(code, `The parameter ${prefix}${name} is mandatory for this ${prefix}${field}.`);
  }
  if (rule.type !== 'string') return;
  for (const { value, when } of rule.only ?? []) {
    if (values[name] !== value || holds(when)) continue;
    throw badRequest(OMS.constraint, `The parameter ${prefix}${name} can be ${value} only for some ${when.field}.`);
  }
}

function wrongType(path: string, expected: string) {
  return badRequest(OMS.wrongType, `The parameter ${path} must be ${expected}.`);
}
