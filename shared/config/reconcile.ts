import { durationVariable } from './duration.ts';
import { integerVariable, withDefault } from './variable.ts';

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
  workers: withDefault(
    integerVariable('RECONCILE_WORKERS', { hint: 'ranges of keys listed at a time, 4 by default', min: 1, max: 32 }),
    4,
  ),
  maxSubmissions: withDefault(
    integerVariable('RECONCILE_MAX_SUBMISSIONS', {
      hint: 'submissions of an object whose source stays the same, after which it counts as submitted in vain, 5 by default',
      min: 1,
      max: 1_000,
    }),
    5,
  ),
  planThreshold: withDefault(
    integerVariable('RECONCILE_PLAN_THRESHOLD', {
      hint: 'objects to submit above which a plan advises an OMS migration task, 100000 by default',
      min: 1,
      max: 1_000_000_000,
    }),
    100_000,
  ),
  lease: withDefault(
    durationVariable('RECONCILE_LEASE', {
      hint: 'time after which a run that was killed no longer keeps others from its route, 2m by default',
      min: 1_000,
      max: DAY,
    }),
    120_000,
  ),
} as const;
