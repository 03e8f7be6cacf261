import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface ApigEvent {
  readonly method: string;
  readonly path: string;
  readonly auth: 'IAM' | 'APP' | 'NONE';
  /** Invoke asynchronously: the gateway answers 202 at once. */
  readonly async?: boolean;
  /** Milliseconds that the gateway waits, at most 60000; the function's own timeout where absent. */
  readonly timeout?: number;
  /** NORMAL: this path alone (the default); SWA: every path below it. */
  readonly match?: 'NORMAL' | 'SWA';
}
export interface EventGridEvent {
  /** Tells triggers of one bucket apart; made from function and bucket where absent. */
  readonly name?: string;
  readonly bucket: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly eventTypes: readonly string[];
  readonly keyEncode: boolean;
}
export interface ObsEvent {
  readonly name?: string;
  readonly bucket: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly events: readonly string[];
}
export interface TimerEvent {
  readonly name: string;
  readonly type: 'Rate' | 'Cron';
  readonly schedule: string;
  readonly userEvent?: string;
  readonly enabled?: boolean;
}
/** Records of a DMS for Kafka instance; the function needs `vpc`, and the instance must let it in on port 9092. */
export interface KafkaEvent {
  readonly instanceId: string;
  readonly topicIds: readonly string[];
  /** Records per invocation, 1 to 1000; 100 where absent. */
  readonly batchSize?: number;
  readonly user?: string;
  /** A secret. */
  readonly password?: string;
  readonly enabled?: boolean;
}
export interface SmnEvent {
  readonly topicUrn: string;
}
export type FunctionEvent =
  | { readonly apig: ApigEvent }
  | { readonly eventgrid: EventGridEvent }
  | { readonly obs: ObsEvent }
  | { readonly timer: TimerEvent }
  | { readonly kafka: KafkaEvent }
  | { readonly smn: SmnEvent };

/**
 * Where an asynchronous invocation goes that the platform gives up.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0390_03.html
 */
export type FailureDestination =
  /** One object per invocation. `prefix` ends with a slash; `expires` is in days, 0 for never. */
  | { readonly type: 'OBS'; readonly bucket: string; readonly prefix: string; readonly expires?: number }
  | { readonly type: 'SMN'; readonly topicUrn: string }
  | { readonly type: 'DIS'; readonly streamName: string }
  /** Key of a function, or a URN. */
  | { readonly type: 'FunctionGraph'; readonly function: string };

/** The platform's treatment of asynchronous invocations that fail. */
interface AsyncConfig {
  /** 0 to 3. */
  readonly maxRetries: number;
  /** Seconds. */
  readonly maxEventAge: number;
  readonly onFailure?: FailureDestination;
  /** Whether the platform keeps and lists the states of invocations; false where absent. */
  readonly statusLog?: boolean;
}

/**
 * Where FunctionGraph writes what a function prints: a group and a stream of LTS, by the ids that its console shows.
 * Names are for people; the service keeps them beside the ids.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0109.html
 */
interface LogConfig {
  readonly groupId: string;
  readonly groupName?: string;
  readonly streamId: string;
  readonly streamName?: string;
}

/** A network that a function reaches, for Kafka or a private endpoint. The agency must be allowed to use it. */
interface VpcConfig {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly securityGroups?: readonly string[];
}

export interface FunctionConfig {
  /** `<service>-<stage>-<key>`. */
  readonly name: string;
  readonly description?: string;
  readonly handler: string;
  readonly initializer?: string;
  /** Seconds. */
  readonly initializerTimeout?: number;
  readonly package: { readonly artifact: string };
  readonly runtime: string;
  /** MB. */
  readonly memorySize: number;
  /** Seconds. */
  readonly timeout: number;
  /**
   * The agency as which FunctionGraph acts for the function, and the code too where `executionAgency` is absent
   * (xrole).
   */
  readonly agency?: string;
  /** Whose temporary credentials the code gets, where they are another agency's (app_xrole). */
  readonly executionAgency?: string;
  /** Plain variables, those of the provider included. */
  readonly environment: Readonly<Record<string, string>>;
  readonly encryptedEnvironment: Readonly<Record<string, string>>;
  readonly async: AsyncConfig;
  /** Instances at the most, -1 (no limit of its own) to 1000; 0 switches the function off. */
  readonly concurrency?: number;
  readonly logs?: LogConfig;
  readonly vpc?: VpcConfig;
  readonly events: readonly FunctionEvent[];
}

/** The API group that publishes every `apig` event. */
export interface ApiGatewayConfig {
  /** Its id; empty where none was given. */
  readonly group: string;
  /** Name and id of the environment that APIs are published in. */
  readonly environment: string;
  readonly environmentId: string;
  /** Id of a dedicated gateway; the shared one where absent. */
  readonly instance?: string;
}

/** Where EventGrid takes bucket notifications from. */
export interface EventGridConfig {
  /** Name and id of the event channel of OBS; `default` is every project's own. */
  readonly channel: string;
  readonly channelId: string;
  /** The agency with which EventGrid invokes functions. */
  readonly agency: string;
}

export interface ServerlessConfig {
  readonly service: string;
  readonly stage: string;
  readonly region: string;
  /** Name of the alias that serves: triggers are bound to it, a deployment moves it. */
  readonly alias?: string;
  /** Versions that a deployment leaves, besides those that an alias names. */
  readonly keepVersions?: number;
  readonly apiGateway?: ApiGatewayConfig;
  readonly eventGrid?: EventGridConfig;
  /** Functions by their keys in serverless.yml, for example `create-sync-event`. */
  readonly functions: Readonly<Record<string, FunctionConfig>>;
}
