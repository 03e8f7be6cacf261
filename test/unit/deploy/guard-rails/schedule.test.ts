import { describe, expect, it } from 'vitest';
import { scheduleProblem } from '../../../../scripts/deploy/guard-rails/schedule.ts';
import { parseSchedule } from '../../../../scripts/local/functiongraph/timers/parse.ts';

const RIGHT = [
  ['Rate', '1m'],
  ['Rate', '60m'],
  ['Rate', '24h'],
  ['Rate', '30d'],
  ['Cron', '0 15 2 * * ?'],
  ['Cron', '0 15 2 * *'],
  ['Cron', '*/10 0-30/5 1,13 1 JAN,dec MON-FRI'],
  ['Cron', 'CRON_TZ=Asia/Shanghai 0 30 8 ? * *'],
  ['Cron', '@every 1h30m'],
  ['Cron', '@every 1.5h'],
  ['Cron', '59 59 23 31 12 6'],
] as const;
const WRONG = [
  ['Rate', '0m', 'a rate is a number and m, h or d, as in 15m'],
  ['Rate', '15', 'a rate is a number and m, h or d, as in 15m'],
  ['Rate', '15s', 'a rate is a number and m, h or d, as in 15m'],
  ['Rate', '25h', 'a rate is 24h at most'],
  ['Rate', '31d', 'a rate is 30d at most'],
  ['Cron', '', 'it has no fields, and needs: second minute hour day month [weekday]'],
  ['Cron', '* * * *', 'it has 4 fields, and needs: second minute hour day month [weekday]'],
  ['Cron', '* * * * * * *', 'it has 7 fields, and needs: second minute hour day month [weekday]'],
  ['Cron', '60 * * * *', '"60" is no second, which is 0 to 59'],
  ['Cron', '0 60 * * *', '"60" is no minute, which is 0 to 59'],
  ['Cron', '0 0 24 * *', '"24" is no hour, which is 0 to 23'],
  ['Cron', '0 0 0 0 *', '"0" is no day of month, which is 1 to 31'],
  ['Cron', '0 0 0 1 13', '"13" is no month, which is 1 to 12'],
  ['Cron', '0 0 0 1 1 7', '"7" is no day of week, which is 0 to 6'],
  ['Cron', '0 0 1,3-5 * *', 'a list of hours holds single values only'],
  ['Cron', '0 0 5-3 * *', '"5-3" is an empty range of hours'],
  ['Cron', '0 */0 * * *', '"*/0" is an empty range of minutes'],
  ['Cron', '0 ? * * *', '? may stand for a day only, not for a minute'],
  ['Cron', '0 x! * * *', '"x!" is no minute'],
  ['Cron', '*-3 * * * *', '"*-3" is no second'],
  ['Cron', '@daily', 'an interval is hours, minutes and seconds, as in @every 1h30m'],
  ['Cron', '@every 0s', 'its interval is nothing'],
  ['Cron', 'CRON_TZ=Mars/Olympus 0 0 0 * *', 'there is no time zone Mars/Olympus'],
] as const;

describe('scheduleProblem', () => {
  it.each(RIGHT)('has nothing against %s %s, nor has the local cloud', (type, schedule) => {
    expect(scheduleProblem(type, schedule)).toBeUndefined();
    expect(() => parseSchedule(type, schedule)).not.toThrow();
  });

  it.each(WRONG)('says what is wrong with %s %s, which the local cloud refuses, too', (type, schedule, problem) => {
    expect(scheduleProblem(type, schedule)).toBe(problem);
    expect(() => parseSchedule(type, schedule)).toThrow();
  });
});
