import * as z from 'zod';
import { RUNTIMES } from '../deploy/guard-rails/limits.ts';

const given = z.string().min(1, 'must not be empty');
const whole = z.int('must be a whole number');
const pattern = (regex: RegExp, rule: string) => z.string().regex(regex, rule);
const listOf = (item: z.ZodType) => z.array(item).min(1, 'must hold at least one entry');

/**
 * Names of variables.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0154.html
 */
const variables = z.record(
  pattern(/^[A-Za-z][A-Za-z0-9_]*$/, 'must consist of letters, digits and underscores, and begin with a letter'),
  z.string(),
);
const entryPoint = pattern(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_]+$/, 'must be FILE.EXPORT, such as index.handler');

/** Ids of a log group and stream of LTS, both or none; empty is none, so that a variable of the environment can say it. */
const logs = z.strictObject({
  groupId: z.string(),
  groupName: z.string().optional(),
  streamId: z.string(),
  streamName: z.string().optional(),
});

/** Settings of both provider and functions. Ranges are checked by the guard rails, which know the platform. */
const common = {
  runtime: z.enum(RUNTIMES).optional(),
  /** MB. */
  memorySize: whole.optional(),
  /** Seconds. */
  timeout: whole.optional(),
  agency: z.string().optional(),
  environment: variables.optional(),
  encryptedEnvironment: variables.optional(),
  logs: logs.optional(),
};

const provider = z.strictObject({
  ...common,
  name: z.literal('huawei'),
  region: z.string(),
  stage: z.string(),
  alias: pattern(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, 'must begin with a letter and have at most 63 characters').optional(),
  keepVersions: whole.optional(),
  apiGateway: z
    .strictObject({ group: z.string(), environment: given, environmentId: given, instance: z.string() })
    .partial()
    .required({ group: true })
    .optional(),
  eventGrid: z.strictObject({ channel: given, channelId: z.string(), agency: z.string() }).partial().optional(),
});

/**
 * Where FunctionGraph puts an asynchronous invocation that it gives up. The guard rails say which property belongs to
 * which kind.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0142.html
 */
const onFailure = z.strictObject({
  type: z.enum(['OBS', 'SMN', 'DIS', 'FunctionGraph']),
  bucket: z.string().optional(),
  prefix: given.optional(),
  /** Days; 0: never. */
  expires: whole.optional(),
  topicUrn: given.optional(),
  streamName: given.optional(),
  /** Key of a function of this file, or a URN. */
  function: given.optional(),
});

const bucketEvent = {
  name: given.optional(),
  /** Empty where the environment does not say it: a deployment names the variable then. */
  bucket: z.string(),
  prefix: z.string().optional(),
  suffix: z.string().optional(),
};

/** Each kind of event, by its name. */
const EVENTS = {
  apig: z.strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS', 'ANY']),
    path: pattern(/^\//, 'must begin with a slash'),
    auth: z.enum(['IAM', 'APP', 'NONE']),
    async: z.boolean().optional(),
    /** Milliseconds. */
    timeout: whole.optional(),
    match: z.enum(['NORMAL', 'SWA']).optional(),
  }),
  eventgrid: z.strictObject({ ...bucketEvent, eventTypes: listOf(given), keyEncode: z.boolean() }),
  obs: z.strictObject({ ...bucketEvent, events: listOf(given) }),
  timer: z.strictObject({
    name: given,
    type: z.enum(['Rate', 'Cron']),
    schedule: given,
    userEvent: z.string().optional(),
    enabled: z.boolean().optional(),
  }),
  kafka: z.strictObject({
    instanceId: given,
    topicIds: listOf(given),
    batchSize: whole.optional(),
    user: z.string().optional(),
    password: z.string().optional(),
    enabled: z.boolean().optional(),
  }),
  smn: z.strictObject({ topicUrn: pattern(/^urn:smn:/, 'must begin with urn:smn:') }),
};

/** A map with one entry: the kind of the event, and its properties. */
const event = z
  .strictObject(EVENTS)
  .partial()
  .refine((value) => Object.keys(value).length === 1, {
    error: `must be one event: ${Object.keys(EVENTS).join(', ')}`,
  });

const declaredFunction = z.strictObject({
  ...common,
  handler: entryPoint,
  initializer: entryPoint.optional(),
  /** Seconds. */
  initializerTimeout: whole.optional(),
  description: z.string().optional(),
  executionAgency: z.string().optional(),
  package: z.strictObject({ artifact: given }),
  async: z
    .strictObject({ maxRetries: whole, maxEventAge: whole, onFailure, statusLog: z.boolean() })
    .partial()
    .optional(),
  concurrency: whole.optional(),
  vpc: z.strictObject({ vpcId: given, subnetId: given, securityGroups: listOf(given).optional() }).optional(),
  events: z.array(event).optional(),
});

/** serverless.yml with values in place of variables. */
export const serverlessFile = z.strictObject({
  service: pattern(/^[a-zA-Z][0-9A-Za-z-]*$/, 'must begin with a letter and consist of letters, digits and hyphens'),
  custom: z.unknown().optional(),
  /** The Serverless Framework's own; of no meaning here. */
  frameworkVersion: z.string().optional(),
  plugins: z.array(z.string()).optional(),
  provider,
  functions: z.record(
    pattern(/^[a-zA-Z0-9-_]+$/, 'must consist of letters, digits, hyphens and underscores'),
    declaredFunction,
  ),
});
