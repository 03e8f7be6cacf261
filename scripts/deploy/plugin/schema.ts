import { RUNTIMES } from '../guard-rails/limits.ts';

/** JSON schema, as far as this file needs it. */
type Schema = Readonly<Record<string, unknown>>;

const text = { type: 'string' };
const given = { type: 'string', minLength: 1 };
const flag = { type: 'boolean' };
/** The guard rails know the ranges, and say them: the framework names neither the value nor what is allowed. */
const whole = { type: 'integer' };
const listOf = (items: Schema): Schema => ({ type: 'array', items, minItems: 1 });
const exactly = (properties: Readonly<Record<string, Schema>>, required: readonly string[]): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

/**
 * Names of variables: letters, digits and underscores, beginning with a letter.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0154.html
 */
const variables = {
  type: 'object',
  propertyNames: { pattern: '^[A-Za-z][A-Za-z0-9_]*$' },
  additionalProperties: text,
};
const entryPoint = { type: 'string', pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_]+$' };

/** Ids of a log group and stream of LTS, both or none; empty is none, so that a variable of the environment can say it. */
const logs = exactly({ groupId: text, groupName: text, streamId: text, streamName: text }, ['groupId', 'streamId']);

const shared = {
  runtime: { enum: RUNTIMES },
  // MB.
  memorySize: whole,
  // Seconds.
  timeout: whole,
  agency: text,
  environment: variables,
  encryptedEnvironment: variables,
  logs,
};

/** What `provider` takes besides its name. */
export const PROVIDER_SCHEMA: Schema = {
  properties: {
    ...shared,
    region: text,
    stage: text,
    alias: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_-]{0,62}$' },
    keepVersions: whole,
    apiGateway: exactly({ group: text, environment: given, environmentId: given, instance: text }, ['group']),
    eventGrid: exactly({ channel: given, channelId: text, agency: text }, []),
  },
};

/**
 * Where FunctionGraph puts an asynchronous invocation that it gives up. One schema for all kinds: the framework words
 * the errors of a union so that nobody understands them. The guard rails say which parameter belongs to which kind.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0142.html
 */
const onFailure = exactly(
  {
    type: { enum: ['OBS', 'SMN', 'DIS', 'FunctionGraph'] },
    bucket: text,
    prefix: given,
    // Days; 0: never.
    expires: whole,
    topicUrn: given,
    streamName: given,
    // Key of a function of this file, or a URN.
    function: given,
  },
  ['type'],
);

/** What a function takes. */
export const FUNCTION_SCHEMA: Schema = {
  properties: {
    ...shared,
    handler: entryPoint,
    initializer: entryPoint,
    // Seconds.
    initializerTimeout: whole,
    description: text,
    executionAgency: text,
    // Every function names its own zip, so that the framework packs nothing itself.
    package: exactly({ artifact: given }, ['artifact']),
    async: {
      type: 'object',
      properties: { maxRetries: whole, maxEventAge: whole, onFailure },
      additionalProperties: false,
    },
    concurrency: whole,
    vpc: exactly({ vpcId: given, subnetId: given, securityGroups: listOf(given) }, ['vpcId', 'subnetId']),
  },
  required: ['handler', 'package'],
};

/** What each kind of event takes. */
export const EVENT_SCHEMAS: Readonly<Record<string, Schema>> = {
  apig: exactly(
    {
      method: { enum: ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS', 'ANY'] },
      path: { type: 'string', pattern: '^/' },
      auth: { enum: ['IAM', 'APP', 'NONE'] },
      async: flag,
      // Milliseconds.
      timeout: whole,
      match: { enum: ['NORMAL', 'SWA'] },
    },
    ['method', 'path', 'auth'],
  ),
  eventgrid: exactly(
    { name: given, bucket: text, prefix: text, suffix: text, eventTypes: listOf(given), keyEncode: flag },
    ['bucket', 'eventTypes', 'keyEncode'],
  ),
  obs: exactly({ name: given, bucket: text, prefix: text, suffix: text, events: listOf(given) }, ['bucket', 'events']),
  timer: exactly({ name: given, type: { enum: ['Rate', 'Cron'] }, schedule: given, userEvent: text, enabled: flag }, [
    'name',
    'type',
    'schedule',
  ]),
  kafka: exactly(
    {
      instanceId: given,
      topicIds: listOf(given),
      batchSize: whole,
      user: text,
      password: text,
      enabled: flag,
    },
    ['instanceId', 'topicIds'],
  ),
  smn: exactly({ topicUrn: { type: 'string', pattern: '^urn:smn:' } }, ['topicUrn']),
};
