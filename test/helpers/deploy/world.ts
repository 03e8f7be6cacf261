import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sender } from '#shared/http/transport.ts';
import { deterministicZip } from '../../../scripts/build/zip.ts';
import type { DeployTarget } from '../../../scripts/deploy/types.ts';
import type { FunctionConfig, FunctionEvent, ServerlessConfig } from '../../../scripts/serverless/config.ts';

/** Texts that must never be seen anywhere but in a body that is sent. */
export const SECRETS = {
  accessKey: 'AKIDRECOGNISABLE0001',
  secretKey: 'SKRECOGNISABLEsecretkey000000000000000002',
  token: 'TOKENRECOGNISABLE000000000000000000000003',
  variable: 'VARIABLERECOGNISABLE0004',
  encrypted: 'ENCRYPTEDRECOGNISABLE0005',
  password: 'PASSWORDRECOGNISABLE0006',
} as const;

/** A folder with one zip per name, of this content. */
export function artifacts(contents: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'oms-sync-deploy-'));
  for (const [name, content] of Object.entries(contents)) writeArtifact(root, name, content);
  return root;
}

export function writeArtifact(root: string, name: string, content: string): void {
  writeCode(root, name, `exports.handler = async (event, context) => ${JSON.stringify(content)};`);
}

/** @param code of the module */
export function writeCode(root: string, name: string, code: string): void {
  writeFileSync(join(root, `${name}.zip`), deterministicZip({ 'index.js': Buffer.from(code) }));
}

export function target(sender: Sender, time = Date.UTC(2026, 10, 21, 12)): DeployTarget {
  let now = time;
  return {
    endpoint: 'https://functiongraph.test',
    region: 'cn-north-4',
    projectId: 'project',
    credentials: () => ({
      accessKey: SECRETS.accessKey,
      secretKey: SECRETS.secretKey,
      securityToken: SECRETS.token,
    }),
    connect: () => sender,
    clock: {
      now: () => {
        now += 1;
        return now;
      },
      sleep: async (ms) => {
        now += ms;
      },
      random: () => 0.5,
    },
  };
}

export function fn(key: string, overrides: Partial<FunctionConfig> = {}): FunctionConfig {
  return {
    name: `oms-sync-dev-${key}`,
    description: `does ${key}`,
    handler: 'index.handler',
    package: { artifact: `${key}.zip` },
    runtime: 'Node.js20.15',
    memorySize: 256,
    timeout: 30,
    agency: `oms-sync-dev-${key}`,
    environment: { OMS_REGION: 'cn-north-4', LOG_LEVEL: 'info', SECRET_SAUCE: SECRETS.variable, EMPTY: '' },
    encryptedEnvironment: {},
    async: { maxRetries: 3, maxEventAge: 3600 },
    events: [],
    ...overrides,
  };
}

export const EVENTS = {
  eventgrid: (bucket = 'source', eventTypes = ['OBS:DWR:ObjectCreated:PUT']): FunctionEvent => ({
    eventgrid: { bucket, eventTypes, keyEncode: true },
  }),
  obs: (bucket = 'source', prefix = ''): FunctionEvent => ({
    obs: { bucket, prefix, events: ['ObjectCreated'] },
  }),
  timer: (schedule = '15m', enabled = true): FunctionEvent => ({
    timer: { name: 'tick', type: 'Rate', schedule, enabled },
  }),
  apig: (method = 'POST', path = '/redrive', auth: 'IAM' | 'APP' = 'IAM'): FunctionEvent => ({
    apig: { method, path, auth },
  }),
  kafka: (password: string = SECRETS.password): FunctionEvent => ({
    kafka: { instanceId: 'kafka-1', topicIds: ['topic'], user: 'me', password },
  }),
  smn: (topic = 'topic'): FunctionEvent => ({ smn: { topicUrn: `urn:smn:cn-north-4:project:${topic}` } }),
} as const;

export function service(
  functions: Readonly<Record<string, FunctionConfig>>,
  overrides: Partial<ServerlessConfig> = {},
): ServerlessConfig {
  return {
    service: 'oms-sync',
    stage: 'dev',
    region: 'cn-north-4',
    apiGateway: { group: 'group-1', environment: 'RELEASE', environmentId: 'DEFAULT_ENVIRONMENT_RELEASE_ID' },
    eventGrid: { channel: 'default', channelId: 'channel-1', agency: 'fgs_to_eg' },
    functions,
    ...overrides,
  };
}
