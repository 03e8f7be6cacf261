import { urlVariable } from './variable.ts';

/** The variables of a function that invokes itself. */
export const selfInvocationVariables = {
  functionGraphEndpoint: urlVariable('FUNCTIONGRAPH_ENDPOINT', {
    hint: 'only where it is not https://functiongraph.<region>.myhuaweicloud.com',
  }),
} as const;
