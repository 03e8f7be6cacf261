import { durationVariable } from './duration.ts';
import { withDefault } from './variable.ts';

const DAY = 86_400_000;

function quarterOfAnHour(name: string, hint: string) {
  return withDefault(durationVariable(name, { hint: `${hint}, 15m by default`, min: 1_000, max: 30 * DAY }), 900_000);
}

export const statusVariables = {
  statusThreshold: quarterOfAnHour('STATUS_THRESHOLD', 'time that something may wait before a status is behind'),
  redrivePeriod: quarterOfAnHour('REDRIVE_PERIOD', "time between two runs of redrive's timer"),
  reconcilePeriod: quarterOfAnHour('RECONCILE_PERIOD', "time between two runs of reconcile's timer"),
} as const;
