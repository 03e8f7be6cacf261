import { isRecord } from '../../records.ts';
import { ApiError } from '../errors.ts';
import { choice, flag, integer, optional, readFields, text } from '../triggers/fields.ts';
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

const moment = text({ max: 13, pattern: /^\d{1,13}$/, says: 'be milliseconds, as a string' });
const FIELDS = {
  start_time: moment,
  end_time: moment,
  keywords: optional(text()),
  line_num: optional(text({ max: 19, pattern: /^\d{19}$/, says: 'have 19 digits' })),
  search_type: optional(choice('init', 'forwards', 'backwards')),
  limit: optional(integer(1, LIMITS.most)),
  is_desc: flag,
  highlight: flag,
  is_count: flag,
};

/** @throws ApiError 400 LTS.0009 with everything that is wrong */
export function readQuery(body: unknown): LogQuery {
  const { data, problems } = readFields(FIELDS, body, 'it', (data, problem, { labels }) => {
    const { search_type: search = 'init', keywords = '', line_num: lineNum } = data;
    const range = Number(data.end_time) - Number(data.start_time);
    if (range < 0) problem('end_time', 'must not be before start_time');
    if (range > MAX_RANGE) problem('end_time', 'must be at most 30 days after start_time');
    if (search !== 'init' && lineNum === undefined) problem('line_num', `is missing for ${search}`);
    if (wordsOf(keywords).length > MAX_KEYWORDS) problem('keywords', 'must be at most 30');
    if (!isLabels(labels ?? {})) problem('labels', 'must be a map of strings');
  });
  if (problems.length > 0)
    throw new ApiError(400, 'LTS.0009', `Failed to validate the request body: ${problems.join('; ')}`);
  const { search_type: direction = 'init', line_num: lineNum } = data;
  return {
    from: Number(data.start_time),
    to: Number(data.end_time),
    labels: (body as { readonly labels?: Record<string, string> | null }).labels ?? {},
    keywords: wordsOf(data.keywords ?? ''),
    limit: data.limit ?? LIMITS.default,
    descending: data.is_desc ?? false,
    ...(direction !== 'init' && lineNum !== undefined ? { cursor: { lineNum, direction } } : {}),
    highlight: data.highlight ?? true,
    count: data.is_count ?? false,
  };
}

function isLabels(labels: unknown): boolean {
  return isRecord(labels) && Object.values(labels).every((value) => typeof value === 'string');
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
