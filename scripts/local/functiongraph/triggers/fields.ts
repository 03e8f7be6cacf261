interface TextRule {
  readonly optional?: boolean;
  readonly max?: number;
  readonly pattern?: RegExp;
  /** The end of the sentence "path must ...", which says what the pattern asks for. */
  readonly says?: string;
}

interface NumberRule {
  readonly optional?: boolean;
  readonly min: number;
  readonly max: number;
}

const MAX_TEXT = 1024;
const MAX_ITEMS = 100;

/**
 * Reads the fields of an object that anybody may have sent, and collects everything that is wrong with them. No problem
 * repeats a value: event_data may hold a password in any of its fields.
 */
export class Fields {
  readonly problems: string[];
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #place: string;

  /**
   * @param place name of the object in front of its fields, `func_info`; none unless given
   * @param what its name where it is no object at all
   */
  constructor(value: unknown, place = '', problems: string[] = [], what = place || 'event_data') {
    this.problems = problems;
    this.#place = place;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject) this.problems.push(`${what} must be an object`);
    this.#value = isObject ? (value as Record<string, unknown>) : {};
  }

  has(name: string): boolean {
    return this.#get(name) !== undefined;
  }

  problem(name: string, what: string): void {
    this.problems.push(`${this.#place ? `${this.#place}.` : ''}${name} ${what}`);
  }

  text(name: string, rule: TextRule & { readonly optional: true }): string | undefined;
  text(name: string, rule?: TextRule): string;
  text(name: string, rule: TextRule = {}): string | undefined {
    const { optional = false, max = MAX_TEXT, pattern, says = 'have another form' } = rule;
    const value = this.#get(name);
    // An empty text stands for none, as in the vendor's own examples.
    if (value === undefined || value === '') {
      if (!optional) this.problem(name, 'is missing');
      return optional ? undefined : '';
    }
    if (typeof value !== 'string') this.problem(name, 'must be a string');
    else if (value.length > max) this.problem(name, `must have at most ${max} characters`);
    else if (pattern && !pattern.test(value)) this.problem(name, `must ${says}`);
    else return value;
    return optional ? undefined : '';
  }

  /** One of the values, in exactly this case. */
  choice<T extends string>(name: string, values: readonly T[], rule: { readonly optional: true }): T | undefined;
  choice<T extends string>(name: string, values: readonly [T, ...T[]]): T;
  choice<T extends string>(
    name: string,
    values: readonly T[],
    rule: { readonly optional?: boolean } = {},
  ): T | undefined {
    const value = this.#get(name);
    if (value === undefined || value === '') {
      if (!rule.optional) this.problem(name, `is missing (${values.join(' or ')})`);
      return rule.optional ? undefined : values[0];
    }
    const found = values.find((known) => known === value);
    if (found === undefined) this.problem(name, `must be ${values.join(' or ')}, in this case of letters`);
    return found ?? (rule.optional ? undefined : values[0]);
  }

  integer(name: string, rule: NumberRule & { readonly optional: true }): number | undefined;
  integer(name: string, rule: NumberRule): number;
  integer(name: string, { optional = false, min, max }: NumberRule): number | undefined {
    const value = this.#get(name);
    if (value === undefined) {
      if (!optional) this.problem(name, 'is missing');
      return optional ? undefined : min;
    }
    if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
    this.problem(name, `must be an integer from ${min} to ${max}`);
    return optional ? undefined : min;
  }

  flag(name: string): boolean | undefined {
    const value = this.#get(name);
    if (value === undefined || typeof value === 'boolean') return value;
    this.problem(name, 'must be true or false');
    return undefined;
  }

  /** A list of at least one text, without repetitions. */
  texts(name: string, rule: { readonly values?: readonly string[]; readonly max?: number } = {}): string[] {
    const value = this.#get(name);
    const { values, max = MAX_ITEMS } = rule;
    if (!Array.isArray(value) || value.length === 0) {
      this.problem(name, 'must be a list of at least one string');
      return [];
    }
    if (value.length > max) {
      this.problem(name, `must have at most ${max} entries`);
      return [];
    }
    const items = value.filter(
      (item): item is string => typeof item === 'string' && item !== '' && item.length <= MAX_TEXT,
    );
    if (items.length < value.length) this.problem(name, 'must hold strings only, none of them empty');
    else if (values && !items.every((item) => values.includes(item)))
      this.problem(name, `must hold nothing but ${values.join(', ')}`);
    else if (new Set(items).size < items.length) this.problem(name, 'names an entry twice');
    return items;
  }

  object(name: string): Fields {
    const value = this.#get(name);
    if (value === undefined) {
      this.problem(name, 'is missing');
      return new Fields({}, name, []);
    }
    return new Fields(value, this.#place ? `${this.#place}.${name}` : name, this.problems);
  }

  /** Null stands for an absent field, as in the vendor's SDKs. */
  #get(name: string): unknown {
    return Object.hasOwn(this.#value, name) ? (this.#value[name] ?? undefined) : undefined;
  }
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

export function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}
