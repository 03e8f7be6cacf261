// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of serverless.yml.
/** Where a variable of serverless.yml takes its value from. */
export interface VariableSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Flags of the command line by name, such as `stage`. */
  readonly opt: Readonly<Record<string, string | undefined>>;
}

/** A variable that cannot be resolved, and the property that holds it. */
export class VariableError extends Error {
  override readonly name = 'VariableError';
  readonly path: readonly string[];

  constructor(path: readonly string[], message: string) {
    super(message);
    this.path = path;
  }
}

type Path = readonly string[];
type Part = string | Variable;
/** The alternatives of `${a, b}`; the first that has a value counts. */
type Variable = readonly Alternative[];
type Alternative = { readonly value: unknown } | { readonly source: string; readonly address: readonly Part[] };

/**
 * Replaces every `${…}` of a document, in the syntax of the Serverless Framework: `${env:NAME}`, `${opt:flag}`,
 * `${self:path.to.property}`, alternatives behind commas, quoted texts, numbers, true, false and null, and variables
 * inside of addresses. What the environment or the command line holds is a value and is never read as a variable.
 *
 * @param document as YAML has it
 * @returns the document with values in place of variables; a text that is one variable takes the type of its value
 * @throws VariableError for a variable without a value, an unknown source, a mistake in the syntax, or a circle
 * @see https://www.serverless.com/framework/docs/guides/variables
 */
export function resolveVariables(document: unknown, sources: VariableSources): unknown {
  return new Resolver(document, sources).resolve(document, [], []);
}

/** Variables that may be resolved: a file needs some hundreds, and properties that multiply each other millions. */
const MAX_RESOLUTIONS = 100_000;

class Resolver {
  readonly #document: unknown;
  readonly #sources: VariableSources;
  #resolutions = 0;

  constructor(document: unknown, sources: VariableSources) {
    this.#document = document;
    this.#sources = sources;
  }

  /** @param under the properties that are being resolved, by which a circle is recognised */
  resolve(value: unknown, path: Path, under: readonly string[]): unknown {
    if (typeof value === 'string') return this.#resolveText(value, path, under);
    if (Array.isArray(value)) return value.map((item, index) => this.resolve(item, [...path, String(index)], under));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, this.resolve(item, [...path, name], under)]),
    );
  }

  #resolveText(text: string, path: Path, under: readonly string[]): unknown {
    if (!text.includes('${')) return text;
    this.#resolutions += 1;
    if (this.#resolutions > MAX_RESOLUTIONS) throw new VariableError(path, 'refers to too many other properties');
    const here = path.join('.');
    if (under.includes(here))
      throw new VariableError(path, `refers to itself: ${[...under.slice(under.indexOf(here)), here].join(' -> ')}`);
    return this.#join(parse(text, path), path, [...under, here]);
  }

  #join(parts: readonly Part[], path: Path, under: readonly string[]): unknown {
    const values = parts.map((part) => (typeof part === 'string' ? part : this.#valueOf(part, path, under)));
    if (values.length === 1) return values[0];
    return values
      .map((value) => {
        if (typeof value === 'object') throw new VariableError(path, 'puts a list or a map into a text');
        return String(value);
      })
      .join('');
  }

  #valueOf(variable: Variable, path: Path, under: readonly string[]): unknown {
    for (const alternative of variable) {
      const value = 'value' in alternative ? alternative.value : this.#lookUp(alternative, path, under);
      if (value !== undefined) return value;
    }
    const tried = variable.flatMap((one) => ('source' in one ? [nameOf(one)] : []));
    throw new VariableError(path, `has no value: none of ${tried.join(', ')} is set`);
  }

  #lookUp(
    { source, address }: Extract<Alternative, { source: string }>,
    path: Path,
    under: readonly string[],
  ): unknown {
    const name = String(this.#join(address, path, under));
    if (source === 'self') return this.#property(name.split('.'), under);
    if (source !== 'env' && source !== 'opt')
      throw new VariableError(path, `has the variable source "${source}"; serverless.yml can use env, opt and self`);
    const values = this.#sources[source];
    return Object.hasOwn(values, name) ? values[name] : undefined;
  }

  #property(path: Path, under: readonly string[]): unknown {
    let value = this.#document;
    for (const [depth, name] of path.entries()) {
      if (typeof value === 'string') value = this.#resolveText(value, path.slice(0, depth), under);
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
      value = (value as Readonly<Record<string, unknown>>)[name];
    }
    return this.resolve(value, path, under);
  }
}

function nameOf({ source, address }: Extract<Alternative, { source: string }>): string {
  return `${source}:${address.map((part) => (typeof part === 'string' ? part : '${…}')).join('')}`;
}

/** Splits a text into texts and variables. */
function parse(text: string, path: Path): readonly Part[] {
  let at = 0;
  const fail = (rule: string): never => {
    throw new VariableError(path, `holds a variable that ${rule}`);
  };

  /** Texts and variables, up to one of the characters that end them here. */
  const parts = (ends: string): Part[] => {
    const found: Part[] = [];
    let plain = '';
    while (at < text.length && !ends.includes(text[at] ?? '')) {
      if (!text.startsWith('${', at)) {
        plain += text[at];
        at += 1;
        continue;
      }
      if (plain !== '') found.push(plain);
      plain = '';
      at += 2;
      found.push(variable());
    }
    if (plain !== '') found.push(plain);
    return found;
  };

  const variable = (): Variable => {
    const alternatives: Alternative[] = [];
    for (;;) {
      alternatives.push(alternative());
      const end = text[at];
      at += 1;
      if (end === '}') return alternatives;
      if (end !== ',') return fail('is not closed with }');
    }
  };

  const alternative = (): Alternative => {
    const spaces = (): void => {
      while (text[at] === ' ') at += 1;
    };
    spaces();
    const literal = /^(?:'([^']*)'|"([^"]*)"|(true|false|null|-?\d+(?:\.\d+)?)(?=\s*[,}]))/.exec(text.slice(at));
    if (literal) {
      at += literal[0].length;
      spaces();
      const [, single, double, word] = literal;
      return { value: single ?? double ?? JSON.parse(word ?? 'null') };
    }
    const source = /^([a-zA-Z]+)(?:\([^)]*\))?:/.exec(text.slice(at));
    if (!source) return fail('names no source, as in ${env:NAME}');
    at += source[0].length;
    const address = parts(',}');
    const last = address.at(-1);
    if (typeof last === 'string') address[address.length - 1] = last.trimEnd();
    return { source: source[1] ?? '', address };
  };

  return parts('');
}
