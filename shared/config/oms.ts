import type { Problem } from '#shared/errors/base.ts';
import { LOG_LEVELS } from '#shared/logging/logger.ts';
import { REGION_NAME } from './names.ts';
import type { ConfigOf } from './read.ts';
import { choiceVariable, countVariable, required, textVariable, urlVariable, withDefault } from './variable.ts';

export const omsVariables = {
  region: textVariable('OMS_REGION', {
    hint: 'the region of the OMS endpoint, for example cn-north-4',
    pattern: REGION_NAME,
  }),
  endpoint: urlVariable('OMS_ENDPOINT', {
    hint: 'only where it is not https://oms.<region>.myhuaweicloud.com',
  }),
  projectId: required(
    textVariable('OMS_PROJECT_ID', {
      hint: "the project of the sync tasks, 32 hexadecimal digits; the function's own project where it is left out",
      pattern: /^[A-Za-z0-9_-]{1,64}$/,
    }),
  ),
  accessKey: textVariable('OMS_ACCESS_KEY', {
    hint: 'only without an agency; encrypted',
    secret: true,
    // It stands between separators in a header.
    pattern: /^[\x21-\x2b\x2d\x2e\x30-\x7e]+$/,
  }),
  secretKey: textVariable('OMS_SECRET_KEY', { hint: 'only without an agency; encrypted', secret: true }),
  authToken: textVariable('OMS_AUTH_TOKEN', {
    hint: 'an IAM token in place of a key pair; encrypted',
    secret: true,
    pattern: /^[\x21-\x7e]+$/,
  }),
  // The unit is milliseconds per attempt.
  timeout: countVariable('OMS_TIMEOUT_MS', 10_000, 'milliseconds per attempt', 100, 120_000),
  maxAttempts: countVariable('OMS_MAX_ATTEMPTS', 4, 'attempts per OMS call', 1, 10),
  logLevel: withDefault(choiceVariable('LOG_LEVEL', { hint: 'info by default', values: LOG_LEVELS }), 'info'),
} as const;

export const eventVariables = {
  ...omsVariables,
  // The prose of the vendor's page limits a call to 10 objects, its schema to 100:
  // https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html
  maxKeysPerCall: countVariable('OMS_MAX_KEYS_PER_CALL', 10, 'keys per OMS call', 1, 100),
  concurrency: countVariable('OMS_CONCURRENCY', 4, 'OMS calls at a time', 1, 50),
  logKeys: withDefault(
    choiceVariable('LOG_KEYS', {
      hint: 'whether the log names accepted objects, all by default',
      values: ['all', 'none'],
    }),
    'all',
  ),
  // The vendor documents no limit. Each function instance has its own; there may be many (docs/reference/failures.md).
  callsPerSecond: countVariable('OMS_CALLS_PER_SECOND', 100, 'OMS calls per second and function instance', 1, 10_000),
} as const;

export type OmsConfig = ConfigOf<typeof omsVariables>;
export type EventConfig = ConfigOf<typeof eventVariables>;

export function checkOmsConfig(config: OmsConfig): Problem[] {
  const problems: Problem[] = [];
  if (config.region === undefined && config.endpoint === undefined)
    problems.push({
      path: 'OMS_REGION',
      rule: 'required',
      message: 'is missing (the region of the OMS endpoint, for example cn-north-4; or set OMS_ENDPOINT)',
    });
  if ((config.accessKey === undefined) !== (config.secretKey === undefined))
    problems.push({
      path: config.accessKey === undefined ? 'OMS_ACCESS_KEY' : 'OMS_SECRET_KEY',
      rule: 'required',
      message: 'is missing (OMS_ACCESS_KEY and OMS_SECRET_KEY belong together; leave both out to use the agency)',
    });
  return problems;
}

export const selfInvocationVariables = {
  functionGraphEndpoint: urlVariable('FUNCTIONGRAPH_ENDPOINT', {
    hint: 'only where it is not https://functiongraph.<region>.myhuaweicloud.com',
  }),
} as const;
