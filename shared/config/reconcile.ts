import { durationVariable } from './duration.ts';
import { objectiveVariable } from './objective.ts';
import { countVariable, withDefault } from './variable.ts';

const DAY = 86_400_000;

export const reconcileVariables = {
  gracePeriod: withDefault(
    durationVariable('RECONCILE_GRACE_PERIOD', {
      hint: 'objects that were modified within this time are in flight, 15m by default',
      min: 0,
      max: 30 * DAY,
    }),
    900_000,
  ),
  workers: countVariable('RECONCILE_WORKERS', 4, 'ranges of keys listed at a time', 1, 32),
  maxSubmissions: countVariable(
    'RECONCILE_MAX_SUBMISSIONS',
    5,
    'submissions of an object whose source stays the same, after which it counts as submitted in vain',
    1,
    1_000,
  ),
  planThreshold: countVariable(
    'RECONCILE_PLAN_THRESHOLD',
    100_000,
    'objects to submit above which a plan advises an OMS migration task',
    1,
    1_000_000_000,
  ),
  objective: objectiveVariable('RECONCILE_OBJECTIVE'),
  lease: withDefault(
    durationVariable('RECONCILE_LEASE', {
      hint: 'time after which a run that was killed no longer keeps others from its route, 2m by default',
      min: 1_000,
      max: DAY,
    }),
    120_000,
  ),
} as const;
