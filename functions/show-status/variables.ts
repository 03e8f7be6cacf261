import { bucketCredentialVariables } from '#shared/config/bucket-credentials.ts';
import { omsVariables, selfInvocationVariables } from '#shared/config/oms.ts';
import { reconcileVariables } from '#shared/config/reconcile.ts';
import { stateVariables } from '#shared/config/state.ts';
import { statusVariables } from '#shared/config/status.ts';
import { notificationVariables } from '#shared/pipeline/variables.ts';

/** The variables of this function. */
export const variables = {
  ...omsVariables,
  ...selfInvocationVariables,
  ...stateVariables,
  ...notificationVariables,
  ...bucketCredentialVariables,
  ...statusVariables,
  gracePeriod: reconcileVariables.gracePeriod,
} as const;
