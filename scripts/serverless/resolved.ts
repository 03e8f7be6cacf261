import type { ApiGatewayConfig, EventGridConfig, FunctionConfig, ServerlessConfig } from './config.ts';

type Json = Readonly<Record<string, unknown>>;

/** serverless.yml with values in place of variables; its schema has passed. */
export interface ResolvedFile {
  readonly service: string;
  readonly provider: Json & { readonly stage: string; readonly region: string };
  readonly functions: Readonly<Record<string, Json>>;
}

/** The alias that serves and that triggers are bound to, where serverless.yml does not name it. */
const DEFAULT_ALIAS = 'live';
const DEFAULT_KEEP_VERSIONS = 5;

/** Every function with what the provider declares for all of them, and with the platform's defaults. */
export function configOf({ service, provider, functions }: ResolvedFile): ServerlessConfig {
  const merged = Object.entries(functions).map(([key, declared]) => {
    const fn = {
      name: `${service}-${provider.stage}-${key}`,
      runtime: provider['runtime'],
      memorySize: provider['memorySize'],
      timeout: provider['timeout'],
      ...optional('agency', provider['agency']),
      ...optional('logs', provider['logs']),
      events: [],
      ...declared,
      environment: {
        ...(provider['environment'] as Json | undefined),
        ...(declared['environment'] as Json | undefined),
      },
      encryptedEnvironment: { ...(declared['encryptedEnvironment'] as Json | undefined) },
      // The platform's own defaults: one retry, one hour.
      async: { maxRetries: 1, maxEventAge: 3600, ...(declared['async'] as Json | undefined) },
    };
    return [key, withoutEmptyLogs(fn as unknown as FunctionConfig)] as const;
  });
  return {
    service,
    stage: provider.stage,
    region: provider.region,
    alias: (provider['alias'] as string | undefined) ?? DEFAULT_ALIAS,
    keepVersions: (provider['keepVersions'] as number | undefined) ?? DEFAULT_KEEP_VERSIONS,
    apiGateway: {
      group: '',
      environment: 'RELEASE',
      environmentId: 'DEFAULT_ENVIRONMENT_RELEASE_ID',
      ...(provider['apiGateway'] as Partial<ApiGatewayConfig> | undefined),
    },
    eventGrid: {
      channel: 'default',
      channelId: '',
      agency: '',
      ...(provider['eventGrid'] as Partial<EventGridConfig> | undefined),
    },
    functions: Object.fromEntries(merged),
  };
}

function optional(name: string, value: unknown): Json {
  return value === undefined ? {} : { [name]: value };
}

/** A variable of the environment that is not set leaves an empty group behind: FunctionGraph then takes its own. */
function withoutEmptyLogs(fn: FunctionConfig): FunctionConfig {
  if (fn.logs === undefined || fn.logs.groupId !== '' || fn.logs.streamId !== '') return fn;
  const { logs: _, ...rest } = fn;
  return rest;
}
