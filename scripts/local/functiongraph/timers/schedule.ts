import { Cron } from 'croner';
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
export function intervalSchedule(interval: number, timeZone: string): Schedule {
  return {
    timeZone,
    next: (after, previous) => previous + (Math.max(0, Math.floor((after - previous) / interval)) + 1) * interval,
  };
}

const DAY = 86_400_000;
/** Milliseconds for which an offset is taken to change at most once. */
const WINDOW = DAY / 2;
/** 29 February comes at the latest after eight years. */
const HORIZON = 8 * 366 * DAY;

/**
 * Fires whenever the wall clock of its time zone shows a matching second: never in an hour that daylight saving skips,
 * twice in one that it repeats. Croner would move the one and pass over the other, so it is asked about the wall clock
 * as if that were UTC.
 * @param eitherDay one of the two fields for days is enough
 */
export function cronSchedule(fields: string, eitherDay: boolean, timeZone: string): Schedule {
  const cron = new Cron(fields, { utcOffset: 0, domAndDow: !eitherDay });
  return {
    timeZone,
    next: (after) => {
      const start = Math.floor(after / 1000) * 1000;
      for (let from = start; from < start + HORIZON; ) {
        const offset = offsetAt(from + 1000, timeZone);
        const wall = cron.nextRun(new Date(from + offset));
        if (!wall) return undefined;
        const time = wall.getTime() - offset;
        // The wall clock runs evenly while the offset holds.
        const end = from + WINDOW;
        const holds = offsetAt(end, timeZone) === offset;
        const change = holds ? end + 1000 : offsetChange(from + 1000, end, offset, timeZone);
        if (time < change) return time;
        // No other offset of the zone makes a difference of two days.
        from = holds ? Math.max(end, time - 2 * DAY) : change - 1000;
      }
      return undefined;
    },
  };
}

/** The first second at which the offset is no longer `offset`. */
function offsetChange(from: number, to: number, offset: number, timeZone: string): number {
  let [low, high] = [from, to];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetAt(middle, timeZone) === offset) low = middle;
    else high = middle;
  }
  return high;
}
