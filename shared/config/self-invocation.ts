import { urlVariable } from './variable.ts';

export const selfInvocationVariables = {
  functionGraphEndpoint: urlVariable('FUNCTIONGRAPH_ENDPOINT', {
    hint: 'only where it is not https://functiongraph.<region>.myhuaweicloud.com',
  }),
} as const;
