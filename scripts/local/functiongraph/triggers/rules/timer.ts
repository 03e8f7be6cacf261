import { parseSchedule } from '../../timers/parse.ts';
import { type Fields, given } from '../fields.ts';

export interface TimerData {
  readonly name: string;
  readonly schedule_type: 'Rate' | 'Cron';
  readonly schedule: string;
  readonly user_event?: string;
  readonly sync_execution?: boolean;
}

/**
 * Reads event_data of a timer.
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0207.html
 */
export function readTimer(fields: Fields): TimerData {
  const data = {
    name: fields.text('name', {
      max: 64,
      pattern: /^[A-Za-z][\w-]*$/,
      says: 'begin with a letter and hold letters, digits, - and _ only',
    }),
    schedule_type: fields.choice('schedule_type', ['Rate', 'Cron']),
    schedule: fields.text('schedule', { max: 256 }),
    ...given({
      user_event: fields.text('user_event', { optional: true, max: 2048 }),
      sync_execution: fields.flag('sync_execution'),
    }),
  };
  if (fields.problems.length === 0) {
    try {
      parseSchedule(data.schedule_type, data.schedule);
    } catch (error) {
      // A schedule is no secret, and without it nobody sees what is wrong with it.
      fields.problem('schedule', `is wrong: ${(error as Error).message}`);
    }
  }
  return data;
}
