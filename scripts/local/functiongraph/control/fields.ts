import { isRecord } from '../../records.ts';
import { ApiError } from '../errors.ts';

/** A request's body, read field by field; every refusal names the field, none holds its value. */
export class Fields {
  readonly #body: Readonly<Record<string, unknown>>;

  constructor(body: unknown) {
    if (!isRecord(body)) throw new ApiError(400, 'FSS.0400', 'Invalid parameter: the body is not a JSON object');
    this.#body = body;
  }

  /** The field as it was sent; undefined for null, too. */
  get(name: string): unknown {
    return Object.hasOwn(this.#body, name) ? (this.#body[name] ?? undefined) : undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Undefined when the field is absent. */
  text(name: string, { code = 'FSS.0400', max = 4096 }: { code?: string; max?: number } = {}): string | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw invalid(name, 'is not a string', code);
    if (value.length > max) throw invalid(name, `has more than ${max} characters`, code);
    return value;
  }

  requiredText(name: string, options: { code?: string; max?: number } = {}): string {
    const value = this.text(name, options);
    if (value === undefined || value === '') throw invalid(name, 'is missing', options.code);
    return value;
  }

  integer(name: string, min: number, max: number, code = 'FSS.0400'): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
      throw invalid(name, `is not an integer from ${min} to ${max}`, code);
    return value;
  }

  requiredInteger(name: string, min: number, max: number, code = 'FSS.0400'): number {
    const value = this.integer(name, min, max, code);
    if (value === undefined) throw invalid(name, 'is missing', code);
    return value;
  }

  boolean(name: string): boolean | undefined {
    const value = this.get(name);
    if (value !== undefined && typeof value !== 'boolean') throw invalid(name, 'is not true or false');
    return value;
  }

  fields(name: string, code = 'FSS.0400'): Fields | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (!isRecord(value)) throw invalid(name, 'is not an object', code);
    return new Fields(value);
  }

  entries(): [string, unknown][] {
    return Object.entries(this.#body);
  }
}

export function invalid(field: string, problem: string, code = 'FSS.0400'): ApiError {
  return new ApiError(400, code, `${MESSAGES[code] ?? 'Invalid parameter'}: ${field} ${problem}`);
}

/** The vendor's words, before ours. https://support.huaweicloud.com/intl/en-us/api-functiongraph/ErrorCode.html */
const MESSAGES: Readonly<Record<string, string>> = {
  'FSS.1001': 'Invalid query parameter',
  'FSS.1002': 'Invalid function name',
  'FSS.1003': 'Invalid function handler',
  'FSS.1004': 'Invalid Package (function app)',
  'FSS.1005': 'Invalid runtime',
  'FSS.1006': 'Invalid function code entry mode',
  'FSS.1007': 'Invalid function memory',
  'FSS.1008': 'Invalid function timeout',
  'FSS.1009': 'Invalid function UserData',
  'FSS.1010': 'Invalid URL',
  'FSS.1011': 'Invalid function code',
  'FSS.1012': 'The function code must be configured',
  'FSS.1013': 'Invalid file type',
  'FSS.1014': 'Invalid function alias',
  'FSS.1015': 'Invalid function version',
  'FSS.1017': 'The number of items in the UserData field exceeds the maximum allowed limit (20)',
  'FSS.1018': 'The total size of the UserData field exceeds the maximum allowed limit',
  'FSS.1019': 'The description exceeds the maximum allowed limit',
  'FSS.1026': 'Invalid Concurrency',
  'FSS.1091': 'The additional version is invalid',
  'FSS.1092': 'The weight of the additional version is invalid',
};
