import { describe, expect, it } from 'vitest';
import { RIGHT_FUNCTION, saidOfFile } from '../../helpers/serverless-file.ts';

const PROVIDER = { name: 'huawei', runtime: 'Node.js20.15', region: 'cn-north-4', memorySize: 256, timeout: 60 };

describe('the schema of serverless.yml', () => {
  it('takes every property of provider, functions and events', async () => {
    const said = await saidOfFile(
      {
        ...PROVIDER,
        alias: 'live',
        keepVersions: 15,
        agency: 'a',
        apiGateway: { group: 'g', environment: 'RELEASE', environmentId: 'E', instance: 'i' },
        eventGrid: { channel: 'default', channelId: 'c', agency: 'e' },
        logs: { groupId: 'g', streamId: 's', groupName: 'n', streamName: 'm' },
        environment: { LEVEL: 'info' },
      },
      {
        f: {
          ...RIGHT_FUNCTION,
          description: 'd',
          initializer: 'index.initializer',
          initializerTimeout: 300,
          agency: 'b',
          executionAgency: 'c',
          environment: { A: '1' },
          encryptedEnvironment: { B: '2' },
          concurrency: 1000,
          logs: { groupId: '', streamId: '' },
          vpc: { vpcId: 'v', subnetId: 's', securityGroups: ['g'] },
          async: {
            maxRetries: 0,
            maxEventAge: 1,
            onFailure: { type: 'OBS', bucket: 'state', prefix: 'failed/f/', expires: 365 },
          },
          events: [
            { apig: { method: 'ANY', path: '/x', auth: 'IAM', timeout: 60_000, match: 'SWA' } },
            {
              eventgrid: {
                name: 'n',
                bucket: 'photos',
                prefix: 'p',
                suffix: 's',
                eventTypes: ['OBS:DWR:ObjectCreated:PUT'],
                keyEncode: true,
              },
            },
            { timer: { name: 't', type: 'Rate', schedule: '15m', userEvent: 'u', enabled: false } },
            {
              kafka: { instanceId: 'i', topicIds: ['t'], batchSize: 1000, user: 'u', password: 'p', enabled: true },
            },
            { smn: { topicUrn: 'urn:smn:cn-north-4:p:t' } },
          ],
        },
      },
    );

    expect(said).toBe('right');
  });

  it('names every mistake at once, with its place, and no value of a variable', async () => {
    const mistake = (fn: object) => ({ ...RIGHT_FUNCTION, ...fn });
    const event = (declared: object) => mistake({ events: [declared] });
    const said = await saidOfFile(
      {
        ...PROVIDER,
        alias: '1live',
        keepVersions: 'many',
        apiGateway: { grp: 'g' },
        environment: { 'NO-DASH': 'private text' },
      },
      {
        memory: mistake({ memorySize: 256.5 }),
        timeout: mistake({ timeout: 2.5 }),
        runtime: mistake({ runtime: 'Node.js22' }),
        handler: mistake({ handler: 'handler' }),
        packed: mistake({ package: {} }),
        number: mistake({ environment: { A: { secret: 'private text' } } }),
        vpc: mistake({ vpc: { vpcId: 'v' } }),
        typo: mistake({ memorysize: 256 }),
        apig: event({ apig: { method: 'GET', path: 'x', auth: 'IAM' } }),
        anybody: event({ apig: { method: 'GET', path: '/x', auth: 'none' } }),
        missing: event({ eventgrid: { bucket: 'b', eventTypes: ['x'] } }),
        timer: event({ timer: { name: 't', type: 'CRON', schedule: '0 0 1 * *' } }),
        kafka: event({ kafka: { instanceId: 'i', topicIds: [] } }),
        smn: event({ smn: { topicUrn: 'topic' } }),
        sqs: event({ sqs: { arn: 'x' } }),
      },
    );

    const name = 'must consist of letters, digits and underscores, and begin with a letter';
    expect(said.split('\n  ').sort()).toEqual(
      [
        'serverless.yml:',
        `provider.environment.NO-DASH is no valid name: it ${name}`,
        'provider.alias must begin with a letter and have at most 63 characters',
        'provider.keepVersions must be a whole number',
        'provider.apiGateway.group is missing',
        'provider.apiGateway.grp is no property of this place',
        'functions.memory.memorySize must be a whole number',
        'functions.timeout.timeout must be a whole number',
        'functions.runtime.runtime must be Node.js20.15 or Node.js22.18',
        'functions.handler.handler must be FILE.EXPORT, such as index.handler',
        'functions.packed.package.artifact is missing',
        'functions.number.environment.A must be a text',
        'functions.vpc.vpc.subnetId is missing',
        'functions.typo.memorysize is no property of this place',
        'functions.apig.events.0.apig.path must begin with a slash',
        'functions.anybody.events.0.apig.auth must be IAM, APP or NONE',
        'functions.missing.events.0.eventgrid.keyEncode is missing',
        'functions.timer.events.0.timer.type must be Rate or Cron',
        'functions.kafka.events.0.kafka.topicIds must hold at least one entry',
        'functions.smn.events.0.smn.topicUrn must begin with urn:smn:',
        'functions.sqs.events.0.sqs is no property of this place',
        'functions.sqs.events.0 must be one event: apig, eventgrid, obs, timer, kafka, smn',
      ]
        .map((line) => (line === 'serverless.yml:' ? line : `line 1: ${line}`))
        .sort(),
    );
    expect(said).not.toContain('private text');
  });

  it('leaves ranges to the guard rails, which name the value and what is allowed', async () => {
    const said = await saidOfFile(
      { ...PROVIDER, keepVersions: 16 },
      {
        f: {
          ...RIGHT_FUNCTION,
          memorySize: 300,
          timeout: 2,
          initializer: 'index.initializer',
          initializerTimeout: 301,
          concurrency: 1001,
          agency: 'a',
          async: {
            maxRetries: 9,
            maxEventAge: 90_000,
            onFailure: { type: 'OBS', bucket: 'b', prefix: 'p/', expires: 400 },
          },
          events: [{ apig: { method: 'GET', path: '/x', auth: 'IAM', timeout: 60_001 } }],
        },
      },
    );

    for (const problem of [
      'provider.keepVersions is 16: it must be a whole number from 0 to 15',
      'functions.f.memorySize is 300 MB: it must be one of 128, 256,',
      'functions.f.timeout is 2: it must be a whole number from 3 to 259200 seconds',
      'functions.f.initializerTimeout is 301: it must be a whole number from 1 to 300 seconds',
      'functions.f.concurrency is 1001: it must be a whole number from -1 to 1000',
      'functions.f.async.maxRetries is 9: it must be a whole number from 0 to 3',
      'functions.f.async.maxEventAge is 90000: it must be a whole number from 1 to 86400 seconds',
      'functions.f.async.onFailure.expires is 400: it must be a whole number from 0 to 365 days',
      'functions.f.events[0].apig.timeout is 60001: it must be a whole number from 1 to 60000 milliseconds',
    ])
      expect(said).toContain(problem);
  });
});
