import { bucketCredentialVariables } from '#shared/config/bucket-credentials.ts';
import { omsVariables } from '#shared/config/oms.ts';
import { reconcileVariables } from '#shared/config/reconcile.ts';
import { stateVariables } from '#shared/config/state.ts';
import { notificationVariables } from '#shared/pipeline/variables.ts';

/** The variables of this function. */
export const variables = {
  ...omsVariables,
  ...stateVariables,
  ...notificationVariables,
  ...bucketCredentialVariables,
  gracePeriod: reconcileVariables.gracePeriod,
} as const;
