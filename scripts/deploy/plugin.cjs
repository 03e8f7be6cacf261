'use strict';
const failureDestinations = require('./failure-destinations.cjs');

/**
 * osls provider plugin `huawei`: teaches the framework this project's provider, function and event
 * properties, so that `osls print` resolves and validates serverless.yml.
 */
class HuaweiProvider {
  static getProviderName() {
    return 'huawei';
  }

  constructor(serverless) {
    this.serverless = serverless;
    serverless.setProvider('huawei', this);

    const text = { type: 'string' };
    const variables = { type: 'object', additionalProperties: text };
    const seconds = (minimum, maximum) => ({ type: 'integer', minimum, maximum });
    const shared = {
      runtime: { enum: ['Node.js18.15', 'Node.js20.15'] },
      memorySize: { enum: [128, 256, 512, 768, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096] },
      timeout: seconds(3, 259200),
      agency: text,
      environment: variables,
      encryptedEnvironment: variables,
    };
    serverless.configSchemaHandler.defineProvider('huawei', {
      provider: { properties: { ...shared, region: text, stage: text } },
      function: {
        properties: {
          ...shared,
          handler: { type: 'string', pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_]+$' },
          initializer: { type: 'string', pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_]+$' },
          initializerTimeout: seconds(1, 300),
          description: text,
          // Every function names its own zip, so that the framework packs nothing itself.
          package: {
            type: 'object',
            properties: { artifact: text },
            required: ['artifact'],
            additionalProperties: false,
          },
          async: {
            type: 'object',
            properties: {
              maxRetries: { type: 'integer', minimum: 0, maximum: 3 },
              maxEventAge: seconds(1, 86400),
              onFailure: failureDestinations.schema,
            },
            additionalProperties: false,
          },
          concurrency: { type: 'integer', minimum: -1, maximum: 1000 },
        },
        required: ['handler', 'package'],
      },
    });
    const event = (name, properties, required) =>
      serverless.configSchemaHandler.defineFunctionEvent('huawei', name, {
        type: 'object',
        properties,
        required,
        additionalProperties: false,
      });
    event(
      'apig',
      {
        method: { enum: ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS', 'ANY'] },
        path: { type: 'string', pattern: '^/' },
        auth: { enum: ['IAM', 'APP', 'NONE'] },
        async: { type: 'boolean' },
      },
      ['method', 'path', 'auth'],
    );
    event(
      'eventgrid',
      {
        bucket: text,
        prefix: text,
        suffix: text,
        eventTypes: { type: 'array', items: text, minItems: 1 },
        keyEncode: { type: 'boolean' },
      },
      ['bucket', 'eventTypes', 'keyEncode'],
    );
    event('obs', { bucket: text, prefix: text, suffix: text, events: { type: 'array', items: text, minItems: 1 } }, [
      'bucket',
      'events',
    ]);
    event(
      'timer',
      {
        name: text,
        type: { enum: ['Rate', 'Cron'] },
        schedule: text,
        userEvent: text,
        enabled: { type: 'boolean' },
      },
      ['name', 'type', 'schedule'],
    );

    // Before any command, and after the schema has passed.
    this.hooks = {
      initialize: () => {
        const problems = failureDestinations.problemsOf(serverless.service.functions ?? {});
        if (problems.length > 0)
          throw new serverless.classes.Error(`Configuration error: ${problems.join('; ')}`, 'OMS_SYNC_CONFIGURATION');
      },
    };
  }
}

module.exports = HuaweiProvider;
