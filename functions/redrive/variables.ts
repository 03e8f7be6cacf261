import { eventVariables, selfInvocationVariables } from '#shared/config/oms.ts';
import { stateVariables } from '#shared/config/state.ts';
import { required } from '#shared/config/variable.ts';
import { notificationVariables } from '#shared/pipeline/variables.ts';

export const variables = {
  ...eventVariables,
  ...stateVariables,
  ...selfInvocationVariables,
  ...notificationVariables,
  stateBucket: required(stateVariables.stateBucket),
} as const;
