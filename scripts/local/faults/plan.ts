import { isRecord } from '../records.ts';

/** The subject of a rule: an HTTP request, an accepted object, a notification, or a page of a listing. */
export type Scope = 'request' | 'object' | 'notification' | 'listing';

/**
 * One kind of fault, where it happens and when. Exactly one of `probability`, `calls` and `every` says when; the
 * others narrow what is counted. Occurrences are counted from 1, per rule, or per rule and key.
 */
export interface FaultRule {
  readonly fault: string;
  readonly operation?: string | readonly string[];
  readonly bucket?: string;
  readonly key?: string;
  readonly key_prefix?: string;
  /** Only pages of a listing that are not its first (true), or only first ones (false). */
  readonly continued?: boolean;
  readonly per?: 'rule' | 'key';
  readonly probability?: number;
  readonly calls?: readonly number[];
  readonly every?: number;
  readonly limit?: number;
  readonly status?: number;
  /** Seconds, for the header `Retry-After`. */
  readonly retry_after?: number;
  /** Whether the fault comes instead of the work or after it. */
  readonly when?: 'before' | 'after';
  readonly ms?: number;
  readonly body?: string;
  readonly times?: number;
  readonly by?: number;
}

/** A replayable plan: the same seed and the same sequence of calls give the same faults. */
export interface FaultPlan {
  readonly seed: number;
  readonly rules: readonly FaultRule[];
}

export type Check =
  | { readonly type: 'integer' | 'number'; readonly min: number; readonly max: number }
  | { readonly type: 'one of'; readonly values: readonly (string | number)[] };

interface FaultKind {
  readonly scope: Scope;
  /** Ends the matter: of several that fire, the first is carried out. */
  readonly terminal?: true;
  readonly mandatory?: Readonly<Record<string, Check>>;
  readonly optional?: Readonly<Record<string, Check>>;
}

export interface Vocabulary {
  readonly faults: Readonly<Record<string, FaultKind>>;
  readonly operations: readonly string[];
}

export interface PlanProblem {
  /** Path of the field, such as `rules[2].probability`. */
  readonly path: string;
  readonly message: string;
}

export class FaultPlanError extends Error {
  override readonly name = 'FaultPlanError';
  readonly problems: readonly PlanProblem[];

  constructor(problems: readonly PlanProblem[]) {
    super(`The fault plan is not valid: ${problems.map(({ path, message }) => `${path} ${message}`).join('; ')}`);
    this.problems = problems;
  }
}

const COUNT: Check = { type: 'integer', min: 1, max: Number.MAX_SAFE_INTEGER };
const SELECTORS = ['operation', 'bucket', 'key', 'key_prefix', 'continued', 'per'];
const SCHEDULES = ['probability', 'calls', 'every'];

type Report = (path: string, message: string) => void;

/**
 * @param vocabulary of the service that the plan is for
 * @throws FaultPlanError with every problem
 */
export function parseFaultPlan(value: unknown, vocabulary: Vocabulary): FaultPlan {
  const problems: PlanProblem[] = [];
  const report: Report = (path, message) => problems.push({ path, message });
  if (!isRecord(value)) throw new FaultPlanError([{ path: '$', message: 'must be an object' }]);
  for (const name of Object.keys(value))
    if (name !== 'seed' && name !== 'rules') report(name, 'is not known; a plan has seed and rules');
  check(value['seed'], { type: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }, 'seed', report);
  const rules = value['rules'];
  if (!Array.isArray(rules)) report('rules', 'must be an array');
  else for (const [index, rule] of rules.entries()) checkRule(rule, vocabulary, `rules[${index}]`, report);
  if (problems.length > 0) throw new FaultPlanError(problems);
  return structuredClone(value) as unknown as FaultPlan;
}

function checkRule(rule: unknown, { faults, operations }: Vocabulary, path: string, report: Report): void {
  if (!isRecord(rule)) {
    report(path, 'must be an object');
    return;
  }
  const name = rule['fault'];
  const kind = typeof name === 'string' && Object.hasOwn(faults, name) ? faults[name] : undefined;
  if (!kind) {
    report(`${path}.fault`, `must be one of ${Object.keys(faults).join(', ')}`);
    return;
  }
  const { mandatory = {}, optional = {} } = kind;
  const parameters: Readonly<Record<string, Check>> = { ...mandatory, ...optional };
  for (const field of Object.keys(rule))
    if (!['fault', 'limit', ...SELECTORS, ...SCHEDULES].includes(field) && !Object.hasOwn(parameters, field))
      report(`${path}.${field}`, `is not known for the fault ${name}`);
  for (const [field, wanted] of Object.entries(parameters))
    if (rule[field] !== undefined || Object.hasOwn(mandatory, field))
      check(rule[field], wanted, `${path}.${field}`, report);
  checkSelectors(rule, kind, operations, path, report);
  checkSchedule(rule, path, report);
}

function checkSelectors(
  rule: Readonly<Record<string, unknown>>,
  { scope }: FaultKind,
  operations: readonly string[],
  path: string,
  report: Report,
): void {
  for (const field of ['bucket', 'key', 'key_prefix'])
    if (rule[field] !== undefined && typeof rule[field] !== 'string') report(`${path}.${field}`, 'must be a string');
  if (rule['continued'] !== undefined && typeof rule['continued'] !== 'boolean')
    report(`${path}.continued`, 'must be true or false');
  if (rule['per'] !== undefined) check(rule['per'], { type: 'one of', values: ['rule', 'key'] }, `${path}.per`, report);
  if (rule['operation'] === undefined) return;
  if (scope !== 'request') report(`${path}.operation`, `does not apply to ${scope} faults`);
  for (const operation of [rule['operation']].flat())
    if (!operations.includes(operation as string))
      report(`${path}.operation`, `must be one or several of ${operations.join(', ')}`);
}

function checkSchedule(rule: Readonly<Record<string, unknown>>, path: string, report: Report): void {
  const given = SCHEDULES.filter((field) => rule[field] !== undefined);
  if (given.length !== 1) report(path, `must have exactly one of ${SCHEDULES.join(', ')}`);
  const { probability, calls, every, limit } = rule;
  if (probability !== undefined) check(probability, { type: 'number', min: 0, max: 1 }, `${path}.probability`, report);
  if (every !== undefined) check(every, COUNT, `${path}.every`, report);
  if (limit !== undefined) check(limit, COUNT, `${path}.limit`, report);
  if (calls === undefined) return;
  if (!Array.isArray(calls) || calls.length === 0) report(`${path}.calls`, 'must be an array of numbers from 1');
  else for (const [index, call] of calls.entries()) check(call, COUNT, `${path}.calls[${index}]`, report);
}

function check(value: unknown, wanted: Check, path: string, report: Report): void {
  if (wanted.type === 'one of') {
    if (!wanted.values.includes(value as string)) report(path, `must be one of ${wanted.values.join(', ')}`);
    return;
  }
  const fits = typeof value === 'number' && value >= wanted.min && value <= wanted.max;
  if (fits && (wanted.type === 'number' || Number.isInteger(value))) return;
  const range = wanted.max === Number.MAX_SAFE_INTEGER ? `from ${wanted.min}` : `from ${wanted.min} to ${wanted.max}`;
  report(path, `must be ${wanted.type === 'integer' ? 'a whole number' : 'a number'} ${range}`);
}
