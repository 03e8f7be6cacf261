import { decodeKey, type KeyEncoding } from '#shared/encoding/decode.ts';
import { KeyEncodingError } from '#shared/encoding/errors.ts';
import type { ObjectKey } from '#shared/encoding/object-key.ts';
import type { AppError, Problem } from '#shared/errors/base.ts';
import { InvalidRecordError } from './errors.ts';

/** Reads of a parsed payload: own properties only, every type checked, so that a record's content cannot surprise. */
export type Fields = Readonly<Record<string, unknown>>;

/** Ends the reading of one record; caught by the list of records, so it never leaves this folder. */
export class RecordRejection extends Error {
  override readonly name = 'RecordRejection';
  readonly problem: Problem;
  readonly error: AppError;

  constructor(problem: Problem, error: AppError = new InvalidRecordError(problem)) {
    super(problem.message);
    this.problem = problem;
    this.error = error;
  }
}

/** A copy with one field replaced. A field named `__proto__` is one like others in JSON, and stays one. */
export function withField(fields: Fields, name: string, value: unknown): Fields {
  return Object.fromEntries(Object.entries(fields).map(([each, old]) => [each, each === name ? value : old]));
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own property, or `undefined`: what stands on a prototype is nobody's input. */
export function field(from: unknown, name: string): unknown {
  return isFields(from) && Object.hasOwn(from, name) ? from[name] : undefined;
}

/** A string that is not empty, or `undefined`. */
export function optionalText(from: unknown, name: string): string | undefined {
  const value = field(from, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An empty list is a notification of nothing; a list without a single entry of the kind is something else. */
export function isListWith(list: unknown, isOfKind: (entry: unknown) => boolean): list is readonly unknown[] {
  return Array.isArray(list) && (list.length === 0 || list.some(isOfKind));
}

export function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

/** `path.name`, or `name` at the top. */
export function joinPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function reject(path: string, rule: string, message: string): never {
  throw new RecordRejection({ path, rule, message });
}

/** @throws RecordRejection naming `path.name` */
export function requiredFields(from: unknown, name: string, path: string): Fields {
  const value = field(from, name);
  if (isFields(value)) return value;
  const at = joinPath(path, name);
  if (value === undefined) reject(at, 'required', 'The record lacks this object.');
  return reject(at, 'type', 'This must be an object.');
}

/** @throws RecordRejection naming `path.name` */
export function requiredText(from: unknown, name: string, path: string): string {
  const value = field(from, name);
  if (typeof value === 'string' && value !== '') return value;
  const at = joinPath(path, name);
  if (value === undefined) reject(at, 'required', 'The record lacks this text.');
  if (value === '') reject(at, 'empty', 'This must not be empty.');
  return reject(at, 'type', 'This must be a text.');
}

/**
 * The decoded key of an object.
 * @throws RecordRejection naming `path.name`; its error is the `KeyEncodingError`
 */
export function requiredKey(from: unknown, name: string, path: string, encoding: KeyEncoding): ObjectKey {
  const value = field(from, name);
  const at = joinPath(path, name);
  if (value === undefined) reject(at, 'required', 'The record lacks this text.');
  if (typeof value !== 'string') return reject(at, 'type', 'This must be a text.');
  try {
    return decodeKey(encoding, value);
  } catch (error) {
    if (error instanceof KeyEncodingError) throw new RecordRejection(error.toProblem(at), error);
    throw error;
  }
}

/** A size in bytes: a number, or digits (an older template writes them so). */
export function optionalSize(from: unknown, name: string): number | undefined {
  const value = field(from, name);
  const size = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

/** A date and time as RFC 3339 writes it; anything else is left out rather than passed on to a date parser. */
export function optionalTime(from: unknown, name: string): string | undefined {
  const value = optionalText(from, name);
  if (value === undefined || value.length > 40) return undefined;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value))
    ? value
    : undefined;
}
