import { cronSchedule, intervalSchedule, type Schedule } from './schedule.ts';
import { offsetAt } from './zone.ts';

export class ScheduleError extends Error {
  constructor(schedule: string, reason: string) {
    super(`The schedule ${JSON.stringify(schedule)} is malformed: ${reason}`);
    this.name = 'ScheduleError';
  }
}

const MINUTE = 60_000;
const RATE = /^([1-9]\d*)([mhd])$/;
const RATE_UNITS = {
  m: { length: MINUTE, most: 60 },
  h: { length: 60 * MINUTE, most: 24 },
  d: { length: 24 * 60 * MINUTE, most: 30 },
} as const;
const EVERY = /^@every +((?:\d+(?:\.\d+)?(?:h|ms|m|s|µs|us|ns))+)$/;
const EVERY_PART = /(\d+(?:\.\d+)?)(h|ms|m|s|µs|us|ns)/g;
const EVERY_UNITS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: MINUTE,
  s: 1000,
  ms: 1,
  µs: 1e-3,
  us: 1e-3,
  ns: 1e-6,
};
const ZONE = /^CRON_TZ=(\S+) +(.*)$/;

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface Field {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** Names of the values from `low` on. */
  readonly names?: readonly string[];
  /** `?` may stand for any value. */
  readonly question?: true;
}
const FIELDS: readonly Field[] = [
  { name: 'second', low: 0, high: 59 },
  { name: 'minute', low: 0, high: 59 },
  { name: 'hour', low: 0, high: 23 },
  { name: 'day of month', low: 1, high: 31, question: true },
  { name: 'month', low: 1, high: 12, names: MONTHS },
  { name: 'day of week', low: 0, high: 6, names: DAYS, question: true },
];

/**
 * Reads a TIMER trigger's schedule. Rate is `3m`, `2h` or `1d`, up to 60 m, 24 h and 30 d. Cron is `second minute hour
 * day month [weekday]`, or `@every 1h30m`, optionally after `CRON_TZ=Asia/Shanghai `, else in the region's zone.
 * @throws ScheduleError
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0207.html (rates)
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0908.html (Cron)
 */
export function parseSchedule(type: 'Rate' | 'Cron', schedule: string, regionZone = 'UTC'): Schedule {
  if (type === 'Rate') return parseRate(schedule, regionZone);
  if (type === 'Cron') return parseCron(schedule, regionZone);
  throw new ScheduleError(schedule, `the type is ${JSON.stringify(type)}, not Rate or Cron`);
}

function parseRate(schedule: string, timeZone: string): Schedule {
  const match = RATE.exec(schedule);
  if (!match) throw new ScheduleError(schedule, 'a rate is a number and m, h or d');
  const unit = match[2] as keyof typeof RATE_UNITS;
  const { length, most } = RATE_UNITS[unit];
  const count = Number(match[1]);
  if (count > most) throw new ScheduleError(schedule, `at most ${most}${unit}`);
  return intervalSchedule(count * length, timeZone);
}

function parseCron(schedule: string, regionZone: string): Schedule {
  const zoned = ZONE.exec(schedule);
  const timeZone = zoned?.[1] ?? regionZone;
  checkZone(schedule, timeZone);
  const expression = (zoned?.[2] ?? schedule).trim();

  if (expression.startsWith('@')) {
    const every = EVERY.exec(expression);
    if (!every) throw new ScheduleError(schedule, '@every needs hours, minutes and seconds, as in @every 1h30m');
    let interval = 0;
    for (const [, count, unit = ''] of (every[1] ?? '').matchAll(EVERY_PART)) {
      interval += Number(count) * (EVERY_UNITS[unit] ?? 0);
    }
    if (interval === 0) throw new ScheduleError(schedule, 'the interval is zero');
    // Whole seconds, and one at least: a shorter interval would only be a busy loop.
    return intervalSchedule(Math.max(1, Math.floor(interval / 1000)) * 1000, timeZone);
  }

  const fields = expression.split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6) {
    throw new ScheduleError(schedule, `it has ${fields.length} fields, not second minute hour day month [weekday]`);
  }
  const [, , , day = '', , weekday = '*'] = fields;
  const lists = FIELDS.map((field, index) => parseField(schedule, fields[index] ?? '*', field).join(','));
  return cronSchedule(lists.join(' '), isRestricted(day) && isRestricted(weekday), timeZone);
}

function isRestricted(field: string): boolean {
  return !field.startsWith('*') && field !== '?';
}

function checkZone(schedule: string, timeZone: string): void {
  try {
    offsetAt(0, timeZone);
  } catch {
    throw new ScheduleError(schedule, `there is no time zone ${timeZone}`);
  }
}

function parseField(schedule: string, text: string, field: Field): number[] {
  const items = text.split(',');
  const values = new Set<number>();
  for (const item of items) {
    const match = /^(\*|\?|[0-9A-Za-z]+)(?:-([0-9A-Za-z]+))?(?:\/(\d+))?$/.exec(item);
    const [, first = '', last, step] = match ?? [];
    const star = first === '*' || first === '?';
    if (!match || (star && last !== undefined) || (first === '?' && !field.question)) {
      throw new ScheduleError(schedule, `${JSON.stringify(item)} is no ${field.name}`);
    }
    // Seen refused by the platform with status 400.
    if (items.length > 1 && (star || last !== undefined || step !== undefined)) {
      throw new ScheduleError(schedule, `a list of ${field.name}s holds single values only`);
    }
    const from = star ? field.low : readValue(schedule, first, field);
    // `5/15` counts on to the end of the field.
    const end = star || (last === undefined && step !== undefined) ? field.high : undefined;
    const to = end ?? (last === undefined ? from : readValue(schedule, last, field));
    const by = Number(step ?? 1);
    if (to < from || by === 0) throw new ScheduleError(schedule, `${JSON.stringify(item)} is an empty range`);
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return [...values].sort((one, other) => one - other);
}

function readValue(schedule: string, text: string, field: Field): number {
  const position = field.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = position >= 0 ? position + field.low : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= field.low && value <= field.high)) {
    throw new ScheduleError(schedule, `${JSON.stringify(text)} is no ${field.name} (${field.low} to ${field.high})`);
  }
  return value;
}
