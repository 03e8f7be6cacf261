import { eventVariables } from '#shared/config/oms.ts';
import { stateVariables } from '#shared/config/state.ts';
import { notificationVariables } from '#shared/pipeline/variables.ts';

export const variables = { ...eventVariables, ...stateVariables, ...notificationVariables } as const;
