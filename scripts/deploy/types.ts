import type { Clock } from '#shared/http/clock.ts';
import type { KeyPair } from '#shared/http/key-pair.ts';
import type { Sender, Server } from '#shared/http/transport.ts';
import type { ServerlessConfig } from '../serverless/config.ts';

/** The project of an account that is deployed to. */
export interface DeployTarget {
  /** Address of FunctionGraph, for example `https://functiongraph.cn-north-4.myhuaweicloud.com`. */
  readonly endpoint: string;
  readonly region: string;
  readonly projectId: string;
  /** Asked before every request, so that temporary credentials may be replaced on the way. */
  readonly credentials: () => KeyPair;
  /** Address of LTS, for `readLogs`; `https://lts.<region>.myhuaweicloud.com` by default. */
  readonly logsEndpoint?: string;
  /** Replaced by tests: the network, and time. */
  readonly connect?: (server: Server) => Sender;
  readonly clock?: Clock;
}

type FunctionAction = 'create' | 'update' | 'unchanged' | 'delete' | 'orphan';
type TriggerAction = 'create' | 'replace' | 'update' | 'delete' | 'unchanged';

export interface PlannedTrigger {
  /** The service's own word: EVENTGRID, OBS, TIMER, APIG, KAFKA, SMN, … */
  readonly type: string;
  /** Name for people: `POST /redrive`, the name of a timer, a bucket. */
  readonly name: string;
  readonly action: TriggerAction;
  /** Fields that differ; names, never values. */
  readonly changes: readonly string[];
  /** A sentence that says what stops in the meantime, where the API allows no replacement without a gap. */
  readonly gap?: string;
  /** Id of the subscription that EventGrid keeps when the trigger goes. FunctionGraph has no call that deletes it. */
  readonly leaves?: string;
}

export interface PlannedFunction {
  /** Key in serverless.yml; for an orphan, the part after `<service>-<stage>-`. */
  readonly key: string;
  /** `<service>-<stage>-<key>` */
  readonly name: string;
  readonly action: FunctionAction;
  /** Whether the zip is sent. */
  readonly code: boolean;
  /** Fields that differ; names, never values. `version` alone: another version serves than the one that is wanted. */
  readonly changes: readonly string[];
  readonly triggers: readonly PlannedTrigger[];
}

/**
 * A deployment to be done. Holds no value of a variable, so it may be printed; what is needed to apply it is kept
 * aside.
 */
export interface DeployPlan {
  readonly service: string;
  readonly stage: string;
  readonly region: string;
  /** Warnings for a person before it is done. */
  readonly warnings: readonly string[];
  /** Functions in the order of serverless.yml, then orphans by name. */
  readonly functions: readonly PlannedFunction[];
}

export interface DeployEvent {
  /** `started` once per function, `step` before each change, then `done` or `failed`. */
  readonly type: 'started' | 'step' | 'done' | 'failed';
  /** Key of the function. */
  readonly name: string;
  /** The current step, for example `code`, `configuration`, `version`, `alias`, `trigger EVENTGRID source`. */
  readonly step?: string;
  /** Milliseconds since the function was started; with `done` and `failed`. */
  readonly ms?: number;
  readonly error?: Error;
}

export interface FunctionOutcome {
  readonly key: string;
  readonly name: string;
  /** `skipped`: the deployment was aborted before its turn. */
  readonly outcome: 'done' | 'unchanged' | 'failed' | 'aborted' | 'skipped';
  readonly ms: number;
  /** The version that serves afterwards, as far as is known. */
  readonly version?: string;
  readonly error?: Error;
}

export interface DeployResult {
  /** Whether nothing failed and nothing was aborted. */
  readonly ok: boolean;
  readonly ms: number;
  /** Outcomes of every changed function, in the plan's order. */
  readonly functions: readonly FunctionOutcome[];
}

export interface PlanOptions {
  readonly config: ServerlessConfig;
  /** Undefined: an empty project, for a plan that is only looked at. */
  readonly target: DeployTarget | undefined;
  /** Delete what serverless.yml no longer has; otherwise it is listed as `orphan`. */
  readonly prune?: boolean;
  /** Keys of functions; the others, and orphans, are not looked at. */
  readonly only?: readonly string[] | undefined;
  /** Where `package.artifact` is relative to; the repository's root where it is left out. */
  readonly root?: string;
  readonly signal?: AbortSignal;
}

export interface ApplyOptions {
  readonly target: DeployTarget;
  readonly onEvent?: (event: DeployEvent) => void;
  /** Stops between two calls; nothing is left half sent. */
  readonly signal?: AbortSignal;
  /** Functions at a time; 4 where it is left out. */
  readonly concurrency?: number | undefined;
  /** Published versions to keep besides the one that serves; 5 where it is left out. */
  readonly keepVersions?: number | undefined;
}

/** A service and a stage in a project. */
interface Service {
  readonly service: string;
  readonly stage: string;
  readonly target: DeployTarget;
  /** Stops between two calls. */
  readonly signal?: AbortSignal | undefined;
}

/** Functions of a service and a stage. */
export interface ServiceSelection extends Service {
  /** Keys of functions; all of the service and stage where it is left out. */
  readonly only?: readonly string[] | undefined;
  /** Name of the alias that serves; `live` where it is left out. */
  readonly alias?: string | undefined;
}

export interface RemoveOptions extends ServiceSelection {
  readonly onEvent?: (event: DeployEvent) => void;
  readonly concurrency?: number;
}

export interface RollbackOptions extends ServiceSelection {
  /** Name of a version; the one before the one that serves where it is left out. Needs exactly one function. */
  readonly to?: string | undefined;
  readonly onEvent?: (event: DeployEvent) => void;
}

/** A field, by its name in serverless.yml, never with a value. */
export interface VersionChange {
  readonly field: string;
  /** `unknown`: encrypted variables of a version that does not tell which it has. */
  readonly change: 'added' | 'removed' | 'changed' | 'unknown';
}

export interface PlannedRollback {
  readonly key: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly changes: readonly VersionChange[];
}

/** A rollback to be done. Holds no value of a variable. */
export interface RollbackPlan {
  readonly service: string;
  readonly stage: string;
  readonly region: string;
  /** Functions that move, by name. */
  readonly functions: readonly PlannedRollback[];
  /** Whether one of them gets other variables, as far as is known. */
  readonly changesVariables: boolean;
}

/** A function as it is in the cloud. No value of a variable is in it. */
export interface DescribedFunction {
  readonly key: string;
  readonly name: string;
  readonly urn: string;
  readonly runtime: string;
  /** MB. */
  readonly memorySize: number;
  /** Seconds. */
  readonly timeout: number;
  readonly description: string;
  /** Version that the alias `live` names. */
  readonly version: string | undefined;
  /** Newest first; times are UTC. */
  readonly versions: readonly { readonly name: string; readonly publishedAt: string | undefined }[];
  /** Names only. */
  readonly variables: readonly string[];
  readonly triggers: readonly DescribedTrigger[];
}

export interface DescribedTrigger {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly status: string;
  /** Where an HTTP trigger is called. */
  readonly url?: string;
  /** When a timer fires: `15m`, or a cron expression. */
  readonly schedule?: string;
}

export interface ServiceDescription {
  readonly service: string;
  readonly stage: string;
  readonly region: string;
  readonly functions: readonly DescribedFunction[];
}

export interface InvokeOptions extends Service {
  /** Key of the function. */
  readonly key: string;
  /** JSON. */
  readonly event: unknown;
  /** Queue it and return; default: wait for the result. */
  readonly async?: boolean;
  /** Version or alias; default `live`. */
  readonly qualifier?: string | undefined;
  /** Milliseconds for a synchronous call; the function's own timeout and ten seconds where it is left out. */
  readonly timeout?: number;
}

export interface InvokeResult {
  readonly requestId: string | undefined;
  /** HTTP status of the API's answer; 202 for an asynchronous call. */
  readonly status: number;
  /**
   * The handler's result, parsed where it is JSON, the body of an answer to the gateway too; undefined for an
   * asynchronous call.
   */
  readonly result: unknown;
  /** Whether the handler failed, or answered 4xx or 5xx. */
  readonly failed: boolean;
  /** The last lines that the function logged in this call, 2 KB at most. */
  readonly log: string | undefined;
}

export interface LogsOptions extends Service {
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to?: number | undefined;
  /** Selects lines; all by default. LTS itself finds whole words only. */
  readonly matches?: (text: string) => boolean;
  /** Words that every line has, for LTS to find. */
  readonly keywords?: string;
  /** Lines at most; 1000 where it is left out. */
  readonly limit?: number;
}

export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly time: number | undefined;
  readonly text: string;
}
