import { offsetAt } from './zone.ts';

export interface Schedule {
  readonly timeZone: string;
  /**
   * The first moment after `after` at which the timer fires, in milliseconds since the epoch; undefined when there is
   * none within eight years.
   * @param previous when it fired last (or was started), from which intervals are counted
   */
  next(after: number, previous: number): number | undefined;
}

/** Fires at a fixed interval, counted from the start of the timer. */
export class IntervalSchedule implements Schedule {
  readonly timeZone: string;
  readonly #interval: number;

  constructor(interval: number, timeZone: string) {
    this.timeZone = timeZone;
    this.#interval = interval;
  }

  next(after: number, previous: number): number {
    const passed = Math.max(0, Math.floor((after - previous) / this.#interval));
    return previous + (passed + 1) * this.#interval;
  }
}

interface CronFields {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: ReadonlySet<number>;
  /** 1 to 12. */
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly daysOfWeek: ReadonlySet<number>;
  /** Both days are restricted: then either may match. */
  readonly eitherDay: boolean;
}

const DAY = 86_400;
/** Seconds of UTC for which an offset is taken to change at most once. */
const WINDOW = 12 * 3600;
/** Seconds: 29 February comes at the latest after eight years. */
const HORIZON = 8 * 366 * DAY;

/**
 * Fires whenever the wall clock of its time zone shows a matching second: never in an hour that daylight saving
 * skips, twice in one that it repeats.
 */
export class CronSchedule implements Schedule {
  readonly timeZone: string;
  readonly #fields: CronFields;

  constructor(fields: CronFields, timeZone: string) {
    this.#fields = fields;
    this.timeZone = timeZone;
  }

  next(after: number): number | undefined {
    const start = Math.floor(after / 1000) + 1;
    for (let from = start; from < start + HORIZON; ) {
      const offset = this.#offset(from);
      // The wall clock runs evenly while the offset holds.
      const to = this.#offset(from + WINDOW) === offset ? from + WINDOW : this.#change(from, from + WINDOW, offset);
      const wall = this.#nextWall(from + offset, to + offset);
      if (wall !== undefined) return (wall - offset) * 1000;
      from = to;
    }
    return undefined;
  }

  #offset(time: number): number {
    return offsetAt(time * 1000, this.timeZone) / 1000;
  }

  /** The first second at which the offset is no longer `offset`. */
  #change(from: number, to: number, offset: number): number {
    let [low, high] = [from, to];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#offset(middle) === offset) low = middle;
      else high = middle;
    }
    return high;
  }

  /** The first matching second of the wall clock in [from, to), both as if it were UTC. */
  #nextWall(from: number, to: number): number | undefined {
    for (let wall = from; wall < to; wall = (Math.floor(wall / DAY) + 1) * DAY) {
      const midnight = Math.floor(wall / DAY) * DAY;
      if (!this.#matchesDay(midnight)) continue;
      const second = this.#nextSecond(wall - midnight);
      if (second !== undefined && midnight + second < to) return midnight + second;
    }
    return undefined;
  }

  #matchesDay(midnight: number): boolean {
    const date = new Date(midnight * 1000);
    const { months, daysOfMonth, daysOfWeek, eitherDay } = this.#fields;
    if (!months.has(date.getUTCMonth() + 1)) return false;
    const month = daysOfMonth.has(date.getUTCDate());
    const week = daysOfWeek.has(date.getUTCDay());
    return eitherDay ? month || week : month && week;
  }

  /** The first matching second of a day that is not before `from`. */
  #nextSecond(from: number): number | undefined {
    const { hours, minutes, seconds } = this.#fields;
    for (const hour of hours) {
      if (hour * 3600 + 3599 < from) continue;
      for (const minute of minutes) {
        const start = hour * 3600 + minute * 60;
        if (start + 59 < from) continue;
        for (const second of seconds) if (start + second >= from) return start + second;
      }
    }
    return undefined;
  }
}
