import { eventVariables } from '#shared/config/oms.ts';
import { stateVariables } from '#shared/config/state.ts';
import { required } from '#shared/config/variable.ts';
import { notificationVariables } from '#shared/pipeline/variables.ts';

/** The variables of this function. */
export const variables = {
  ...eventVariables,
  ...stateVariables,
  ...notificationVariables,
  stateBucket: required(stateVariables.stateBucket),
} as const;
