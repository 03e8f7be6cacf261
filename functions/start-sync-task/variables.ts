import { bucketCredentialVariables } from '#shared/config/bucket-credentials.ts';
import { omsVariables } from '#shared/config/oms.ts';

export const variables = { ...omsVariables, ...bucketCredentialVariables } as const;
