import { bucketCredentialVariables } from '#shared/config/bucket-credentials.ts';
import { eventVariables, selfInvocationVariables } from '#shared/config/oms.ts';
import { reconcileVariables } from '#shared/config/reconcile.ts';
import { stateVariables } from '#shared/config/state.ts';
import { required } from '#shared/config/variable.ts';
import { notificationVariables } from '#shared/pipeline/variables.ts';

export const variables = {
  ...eventVariables,
  ...stateVariables,
  ...selfInvocationVariables,
  ...reconcileVariables,
  ...bucketCredentialVariables,
  routes: notificationVariables.routes,
  stateBucket: required(stateVariables.stateBucket),
} as const;
