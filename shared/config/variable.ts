import { AppError, type Problem } from '#shared/errors/base.ts';
import { isLoopbackHost } from './names.ts';

/** One variable of a function: its name, what it may hold, and how an engineer sets it right. */
export interface Variable<T> {
  readonly name: string;
  readonly secret: boolean;
  readonly hint: string;
  /**
   * @param text undefined when the variable is absent or empty
   * @throws VariableProblem when the text is missing or wrong
   */
  readonly read: (text: string | undefined) => T;
}

/** One variable is missing or wrong. The message never quotes the value. */
export class VariableProblem extends Error {
  override readonly name = 'VariableProblem';
  readonly rule: string;
  readonly details: readonly Problem[];

  constructor(rule: string, message: string, details: readonly Problem[] = []) {
    super(message);
    this.rule = rule;
    this.details = details;
  }
}

export interface VariableOptions {
  /** Tells what to set, with an example; shown in the error. */
  readonly hint: string;
  readonly secret?: boolean;
}

function optional<T>(name: string, options: VariableOptions, parse: (text: string) => T): Variable<T | undefined> {
  return {
    name,
    secret: options.secret ?? false,
    hint: options.hint,
    read: (text) => (text === undefined ? undefined : parse(text)),
  };
}

export function required<T>(variable: Variable<T | undefined>): Variable<T> {
  return {
    ...variable,
    read: (text) => {
      const value = variable.read(text);
      if (value === undefined) throw new VariableProblem('required', 'is missing');
      return value;
    },
  };
}

/** Sets the value of an absent or empty variable. */
export function withDefault<T>(variable: Variable<T | undefined>, value: T): Variable<T> {
  return { ...variable, read: (text) => variable.read(text) ?? value };
}

/** Text without spaces around it, checked against a pattern where one is given. */
export function textVariable(
  name: string,
  options: VariableOptions & { readonly pattern?: RegExp },
): Variable<string | undefined> {
  return optional(name, options, (text) => {
    if (text !== text.trim()) throw new VariableProblem('whitespace', 'begins or ends with white space');
    if (options.pattern && !options.pattern.test(text)) throw new VariableProblem('format', 'has the wrong form');
    return text;
  });
}

/** A whole number in decimal digits. */
export function integerVariable(
  name: string,
  options: VariableOptions & { readonly min: number; readonly max: number },
): Variable<number | undefined> {
  return optional(name, options, (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= options.min && value <= options.max))
      throw new VariableProblem('range', `must be a whole number from ${options.min} to ${options.max}`);
    return value;
  });
}

/** A whole number that may be left out. The hint goes on with the value that it has then. */
export function countVariable(name: string, value: number, hint: string, min: number, max: number): Variable<number> {
  return withDefault(integerVariable(name, { hint: `${hint}, ${value} by default`, min, max }), value);
}

export function choiceVariable<const T extends string>(
  name: string,
  options: VariableOptions & { readonly values: readonly T[] },
): Variable<T | undefined> {
  return optional(name, options, (text) => {
    const value = options.values.find((candidate) => candidate === text);
    if (value === undefined) throw new VariableProblem('choice', `must be one of ${options.values.join(', ')}`);
    return value;
  });
}

/** An https URL, or one of http for this machine alone. It may have a path, and nothing after it. */
export function urlVariable(name: string, options: VariableOptions): Variable<string | undefined> {
  return optional(name, options, (text) => {
    if (!URL.canParse(text)) throw new VariableProblem('url', 'is not a URL');
    const url = new URL(text);
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.hostname)))
      throw new VariableProblem('url', 'must begin with https:// (http:// is for this machine only)');
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
      throw new VariableProblem('url', 'must have no user name, password, query or fragment');
    return text.replace(/(?<!\/)\/+$/, '');
  });
}

/**
 * Structured text. The parser's own problems keep their paths below the variable's name.
 *
 * @param parse throws an AppError where the text is wrong
 */
export function parsedVariable<T>(
  name: string,
  options: VariableOptions & { readonly parse: (text: string) => T },
): Variable<T | undefined> {
  return optional(name, options, (text) => {
    try {
      return options.parse(text);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw new VariableProblem('content', error.message, error.details ?? []);
    }
  });
}
