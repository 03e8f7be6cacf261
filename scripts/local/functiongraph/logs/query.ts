import { ApiError } from '../errors.ts';
import { Fields } from '../triggers/fields.ts';
import type { StoredLine } from './log-store.ts';

/** A query of LTS: https://support.huaweicloud.com/intl/en-us/api-lts/ListLogs.html */
interface LogQuery {
  /** Milliseconds since the epoch, both inclusive. */
  readonly from: number;
  readonly to: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly keywords: readonly string[];
  readonly limit: number;
  readonly descending: boolean;
  /** Continues behind or before this line; begins anew without it. */
  readonly cursor?: { readonly lineNum: string; readonly direction: 'forwards' | 'backwards' };
  readonly highlight: boolean;
  readonly count: boolean;
}

interface LogAnswer {
  readonly count?: number;
  readonly logs: { readonly content: string; readonly line_num: string; readonly labels: Record<string, string> }[];
  readonly isQueryComplete: true;
}

const LIMITS = { default: 50, most: 5000 } as const;
/** Milliseconds: "Maximum query time range: 30 days" (older pages: 180). */
const MAX_RANGE = 30 * 86_400_000;
const MAX_KEYWORDS = 30;

/** @throws ApiError 400 LTS.0009 with everything that is wrong */
export function readQuery(body: unknown): LogQuery {
  const fields = new Fields(body, '', [], 'it');
  const moment = { max: 13, pattern: /^\d{1,13}$/, says: 'be milliseconds, as a string' };
  const from = Number(fields.text('start_time', moment));
  const to = Number(fields.text('end_time', moment));
  const keywords = fields.text('keywords', { optional: true }) ?? '';
  const lineNum = fields.text('line_num', { optional: true, max: 19, pattern: /^\d{19}$/, says: 'have 19 digits' });
  const search = fields.choice('search_type', ['init', 'forwards', 'backwards'], { optional: true }) ?? 'init';
  const query: LogQuery = {
    from,
    to,
    labels: labelsOf(body, fields),
    keywords: wordsOf(keywords),
    limit: fields.integer('limit', { min: 1, max: LIMITS.most, optional: true }) ?? LIMITS.default,
    descending: fields.flag('is_desc') ?? false,
    ...(search !== 'init' && lineNum !== undefined ? { cursor: { lineNum, direction: search } } : {}),
    highlight: fields.flag('highlight') ?? true,
    count: fields.flag('is_count') ?? false,
  };
  if (fields.problems.length === 0) {
    if (to < from) fields.problem('end_time', 'must not be before start_time');
    if (to - from > MAX_RANGE) fields.problem('end_time', 'must be at most 30 days after start_time');
    if (search !== 'init' && lineNum === undefined) fields.problem('line_num', `is missing for ${search}`);
    if (query.keywords.length > MAX_KEYWORDS) fields.problem('keywords', 'must be at most 30');
  }
  if (fields.problems.length > 0)
    throw new ApiError(400, 'LTS.0009', `Failed to validate the request body: ${fields.problems.join('; ')}`);
  return query;
}

export function runQuery(lines: readonly StoredLine[], query: LogQuery): LogAnswer {
  const { from, to, labels, keywords, limit, descending, cursor } = query;
  const wanted = Object.entries(labels);
  const matches = lines.filter((line) => {
    const { time, text } = line;
    if (time < from || time > to) return false;
    const own = labelsFor(line);
    if (!wanted.every(([name, value]) => Object.hasOwn(own, name) && own[name] === value)) return false;
    return keywords.length === 0 || hasWords(text, keywords);
  });
  const ordered = descending ? [...matches].reverse() : matches;
  const page = pageOf(ordered, cursor, limit, descending);
  return {
    ...(query.count ? { count: matches.length } : {}),
    logs: page.map((line) => ({
      content: query.highlight ? highlighted(line.text, keywords) : line.text,
      line_num: line.lineNum,
      labels: labelsFor(line),
    })),
    isQueryComplete: true,
  };
}

/** The page behind the line in the order of the answer (`forwards`), or the one before it (`backwards`). */
function pageOf(
  ordered: readonly StoredLine[],
  cursor: LogQuery['cursor'],
  limit: number,
  descending: boolean,
): readonly StoredLine[] {
  if (!cursor) return ordered.slice(0, limit);
  const { lineNum, direction } = cursor;
  // All have 19 digits, so texts compare as numbers do. The line itself may be gone by now.
  const isBehind = (line: StoredLine): boolean => (descending ? line.lineNum < lineNum : line.lineNum > lineNum);
  if (direction === 'forwards') return ordered.filter(isBehind).slice(0, limit);
  return ordered.filter((line) => line.lineNum !== lineNum && !isBehind(line)).slice(-limit);
}

function labelsFor({ function: appName, requestId, level, time }: StoredLine): Record<string, string> {
  return { appName, category: 'LTS', level, requestId, __time__: String(time) };
}

function labelsOf(body: unknown, fields: Fields): Record<string, string> {
  const labels = (body as { readonly labels?: unknown } | null | undefined)?.labels ?? {};
  const isMap = typeof labels === 'object' && labels !== null && !Array.isArray(labels);
  const entries = isMap ? Object.entries(labels as Record<string, unknown>) : [];
  if (isMap && entries.every(([, value]) => typeof value === 'string'))
    return Object.fromEntries(entries) as Record<string, string>;
  fields.problem('labels', 'must be a map of strings');
  return {};
}

/** "A keyword is a word between two adjacent delimiters": those of a new log stream. */
const DELIMITERS = /[\s,'"=;()[\]{}@&<>/:?\\]+/;

function wordsOf(text: string): string[] {
  const words = text.toLowerCase().split(DELIMITERS);
  return [...new Set(words.filter((word) => word !== ''))];
}

function hasWords(text: string, keywords: readonly string[]): boolean {
  const lower = text.toLowerCase();
  // Most lines do not even contain them; cutting all into words would take a second for what the store can hold.
  if (!keywords.every((keyword) => lower.includes(keyword))) return false;
  const words = new Set(wordsOf(text));
  return keywords.every((keyword) => words.has(keyword));
}

/** Keywords stand in `<HighLightTag>`, unless the query says that they must not. */
function highlighted(text: string, keywords: readonly string[]): string {
  if (keywords.length === 0) return text;
  const parts = text.split(new RegExp(`(${DELIMITERS.source})`));
  return parts
    .map((part) => (keywords.includes(part.toLowerCase()) ? `<HighLightTag>${part}</HighLightTag>` : part))
    .join('');
}
