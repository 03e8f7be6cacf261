const RATE = /^([1-9]\d*)([mhd])$/;
const RATE_MOST: Readonly<Record<string, number>> = { m: 60, h: 24, d: 30 };
const EVERY = /^@every\s+((?:\d+(?:\.\d+)?(?:h|m|s))+)$/;
const ZONE = /^CRON_TZ=(\S+)\s+(.*)$/;

interface Field {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** Names of the values from `low` on. */
  readonly names?: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const FIELDS: readonly Field[] = [
  { name: 'second', low: 0, high: 59 },
  { name: 'minute', low: 0, high: 59 },
  { name: 'hour', low: 0, high: 23 },
  { name: 'day of month', low: 1, high: 31 },
  { name: 'month', low: 1, high: 12, names: MONTHS },
  { name: 'day of week', low: 0, high: 6, names: DAYS },
];

/**
 * Explains the mistake in the schedule of a timer, and what to write instead; undefined where nothing is wrong.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0207.html (Rate)
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0908.html (Cron)
 */
export function scheduleProblem(type: string, schedule: string): string | undefined {
  if (type === 'Rate') return rateProblem(schedule);
  if (type === 'Cron') return cronProblem(schedule);
  return `its type is ${type}, and must be Rate or Cron, in this case of letters`;
}

function rateProblem(schedule: string): string | undefined {
  const [, count = '', unit = ''] = RATE.exec(schedule) ?? [];
  const most = RATE_MOST[unit];
  if (most === undefined) return 'a rate is a number and m, h or d, as in 15m';
  return Number(count) > most ? `a rate is ${most}${unit} at most` : undefined;
}

function cronProblem(schedule: string): string | undefined {
  const zoned = ZONE.exec(schedule);
  if (zoned?.[1] && !isZone(zoned[1])) return `there is no time zone ${zoned[1]}`;
  const expression = (zoned?.[2] ?? schedule).trim();
  if (expression.startsWith('@')) return everyProblem(expression);
  const fields = expression.split(/\s+/);
  if (fields.length < 5 || fields.length > 6)
    return `it has ${fields.length === 1 && fields[0] === '' ? 'no' : fields.length} fields, and needs: second minute hour day month [weekday]`;
  return fields.map((text, index) => fieldProblem(text, FIELDS[index])).find((problem) => problem !== undefined);
}

function everyProblem(expression: string): string | undefined {
  const [, spans] = EVERY.exec(expression) ?? [];
  if (spans === undefined) return 'an interval is hours, minutes and seconds, as in @every 1h30m';
  return /[1-9]/.test(spans) ? undefined : 'its interval is nothing';
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** `*`, `?`, a value, a range, a step, or a list of single values. */
function fieldProblem(text: string, field: Field | undefined): string | undefined {
  if (!field) return undefined;
  const items = text.split(',');
  for (const item of items) {
    const match = /^(\*|\?|[0-9A-Za-z]+)(?:-([0-9A-Za-z]+))?(?:\/(\d+))?$/.exec(item);
    if (!match) return `${JSON.stringify(item)} is no ${field.name}`;
    const [, first = '', last, step] = match;
    const any = first === '*' || first === '?';
    if (any && last !== undefined) return `${JSON.stringify(item)} is no ${field.name}`;
    if (first === '?' && !field.name.startsWith('day')) return `? may stand for a day only, not for a ${field.name}`;
    // Seen refused by the platform with status 400.
    if (items.length > 1 && (any || last !== undefined || step !== undefined))
      return `a list of ${field.name}s holds single values only`;
    const from = any ? field.low : fieldValue(first, field);
    const to = last === undefined ? from : fieldValue(last, field);
    if (from === undefined || to === undefined)
      return `${JSON.stringify(item)} is no ${field.name}, which is ${field.low} to ${field.high}`;
    if (to < from || step === '0') return `${JSON.stringify(item)} is an empty range of ${field.name}s`;
  }
  return undefined;
}

function fieldValue(text: string, { names, low, high }: Field): number | undefined {
  const position = names?.indexOf(text.toUpperCase()) ?? -1;
  const value = position >= 0 ? position + low : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= low && value <= high ? value : undefined;
}
