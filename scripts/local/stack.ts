import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, type ServerlessConfig } from '../serverless/config.ts';
import { Accounts } from './accounts.ts';
import { DESTINATION, SOURCE, STATE } from './buckets.ts';
import { DeployedService } from './deployed-service.ts';
import type { FaultPlans } from './faults/file.ts';
import { type FunctionGraph, type FunctionGraphOptions, startFunctionGraph } from './functiongraph/server.ts';
import type { ExtraAccount } from './iam/account-file.ts';
import { startIam } from './iam/server.ts';
import { Tokens } from './iam/tokens.ts';
import { readIdentity, writeIdentity } from './identity.ts';
import { type ObsServer, startObs } from './obs/server.ts';
import { type OmsOptions, type OmsServer, startOms } from './oms/server.ts';
import { probeAll } from './probe.ts';
import { ensureBucket, s3Client } from './s3.ts';
import { ensureSyncTask, routesOf } from './sync-task.ts';

/** Milliseconds after which OMS writes a list of results that is not full; nothing documents how long it takes. */
const LIST_EVERY = 5_000;

/** Endpoints and keys of the local cloud; the content of `.local/endpoints.json`. */
export interface Endpoints {
  readonly gateway: string;
  readonly obs: string;
  readonly oms: string;
  readonly functiongraph: string;
  readonly iam: string;
  readonly region: string;
  readonly project_id: string;
  readonly access_key: string;
  readonly secret_key: string;
  readonly app_code: string;
  readonly source_bucket: string;
  readonly destination_bucket: string;
  readonly state_bucket: string;
  readonly sync_task_id: string;
}

/** How FunctionGraph treats asynchronous invocations: its waits, its patience, how many at a time. */
type AsyncOptions = Pick<
  FunctionGraphOptions,
  | 'retryDelay'
  | 'asyncConcurrency'
  | 'destinationAttempts'
  | 'destinationDelay'
  | 'destinationPayloads'
  | 'onAsyncFailure'
>;

interface StackOptions extends AsyncOptions {
  readonly dataDir: string;
  /** First of five consecutive ports; 0 picks free ones. */
  readonly portBase: number;
  readonly keyDecoding?: 'form' | 'rfc3986';
  /** Access keys besides the stack's own, with what they may do at OMS. */
  readonly extraAccounts?: readonly ExtraAccount[];
  readonly resultLists?: boolean;
  readonly faults?: FaultPlans;
  readonly onCopied?: OmsOptions['onCopied'];
  readonly notificationMaxAge?: number;
  readonly say?: (line: string) => void;
  readonly log?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface Stack {
  readonly endpoints: Endpoints;
  readonly obs: ObsServer;
  readonly oms: OmsServer;
  readonly functiongraph: FunctionGraph;
  readonly config: ServerlessConfig;
  redeclare(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Brings the local cloud up: object store, OMS, IAM, FunctionGraph with its gateway; three buckets, a sync task, every
 * function of serverless.yml, and its triggers. Where a step fails, what was started is stopped first.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dataDir, portBase, say = () => {}, log = () => {}, signal, ...others } = options;
  const {
    keyDecoding,
    extraAccounts = [],
    resultLists,
    faults,
    onCopied,
    notificationMaxAge,
    ...asyncOptions
  } = others;
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  const port = (offset: number): number => (portBase === 0 ? 0 : portBase + offset);
  const step = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    signal?.throwIfAborted();
    return result;
  };

  try {
    await mkdir(dataDir, { recursive: true });
    let identity = await readIdentity(dataDir);
    const region = 'cn-north-4';
    const accounts = new Accounts([
      ...extraAccounts,
      { accessKey: identity.access_key, secretKey: identity.secret_key },
    ]);
    const permissions = new Map(extraAccounts.map((account) => [account.accessKey, account.permissions]));
    const tokens = new Tokens();

    let functiongraph: FunctionGraph | undefined;
    const obs = await step(
      startObs({
        dataDir: join(dataDir, 'obs'),
        port: port(1),
        region,
        accounts,
        onError: (error) => log(`obs: ${error.message}`),
        ...(faults?.obs ? { faults: faults.obs } : {}),
        ...(notificationMaxAge === undefined ? {} : { notificationMaxAge }),
        deliver: async ({ trigger, event }) => {
          // Triggers of an earlier run may fire before anything can take it: the object store offers it again.
          if (!functiongraph) throw new Error('FunctionGraph is starting');
          await functiongraph.invoke(trigger.target, event, { async: true });
        },
      }).then((server) => {
        closers.push(() => server.close());
        return server;
      }),
    );
    const s3 = s3Client({
      endpoint: obs.url,
      region,
      accessKey: identity.access_key,
      secretKey: identity.secret_key,
    });
    for (const bucket of [SOURCE, DESTINATION, STATE]) await step(ensureBucket(s3, bucket));
    s3.destroy();

    const oms = await step(
      startOms({
        dataDir: join(dataDir, 'oms'),
        port: port(2),
        region,
        projectId: identity.project_id,
        accounts,
        tokens,
        permissions: (accessKey) => permissions.get(accessKey),
        // Every bucket of every cloud is one of the local object store's.
        resolveEndpoint: () => obs.url,
        ...(keyDecoding ? { keyDecoding } : {}),
        ...(resultLists ? { resultLists: { rollEvery: LIST_EVERY } } : {}),
        ...(faults?.oms ? { faults: faults.oms } : {}),
        ...(onCopied ? { onCopied } : {}),
        log: (line) => log(`oms: ${line}`),
      }).then((server) => {
        closers.push(() => server.close());
        return server;
      }),
    );
    const iam = await step(
      startIam({ port: port(4), region, projectId: identity.project_id, accounts, tokens }).then((server) => {
        closers.push(() => server.close());
        return server;
      }),
    );
    say(`object store  ${obs.url}`);
    say(`OMS           ${oms.url}`);
    say(`IAM           ${iam.url}`);

    const openapi = await step(readFile(join(ROOT, 'openapi.json'), 'utf8'));
    const errors = new Map<string, string>();
    let service: DeployedService | undefined;
    let probing = false;
    const host = await step(
      startFunctionGraph({
        dataDir: join(dataDir, 'functiongraph'),
        port: port(3),
        gatewayPort: port(0),
        region,
        projectId: identity.project_id,
        accounts,
        tokens,
        appCode: identity.app_code,
        openapi,
        objectStore: obs.url,
        // Functions of an earlier run know its addresses; what waits for them waits for the deployment.
        hold: true,
        onBucketTriggers: (triggers) => obs.setTriggers(triggers),
        ...asyncOptions,
        log: (line) => {
          const key = service?.keyOf(line.function) ?? line.function;
          const message = errorMessage(line.text);
          if (message !== undefined) errors.set(key, message);
          // Log lines caused by a probe are shown only where the probe fails.
          if (!probing) log(`${key || 'functiongraph'}: ${line.text}`);
        },
      }).then((host) => {
        // First to be stopped: the services that its functions call outlive it.
        closers.push(() => host.close());
        return host;
      }),
    );
    functiongraph = host;
    say(`FunctionGraph ${host.url}`);
    say(`gateway       ${host.gatewayUrl}`);

    const { project_id, access_key, secret_key } = identity;
    const cloud = {
      ...{ functiongraph: host.url, obs: obs.url, oms: oms.url, iam: iam.url },
      ...{ region, project_id, access_key, secret_key, source_bucket: SOURCE, state_bucket: STATE },
    };
    const deployed = new DeployedService({ cloud, accounts, say, signal });
    service = deployed;
    const routes = (task: string | undefined): string => routesOf(task, obs.url, region);
    await step(deployed.deploy(routes(identity.sync_task_id)));
    const taskId = await step(ensureSyncTask(host.gatewayUrl, identity, region));
    if (taskId !== identity.sync_task_id) {
      identity = { ...identity, sync_task_id: taskId };
      await writeIdentity(dataDir, identity);
      await step(deployed.reroute(routes(taskId)));
    }
    const served = deployed.served(host);
    functiongraph = served;
    probing = true;
    await step(probeAll(served, deployed.config, (key) => errors.get(key)));
    probing = false;
    host.release();
    say(`functions     ${Object.keys(deployed.config.functions).join(', ')}`);

    const endpoints: Endpoints = {
      ...cloud,
      gateway: host.gatewayUrl,
      app_code: identity.app_code,
      destination_bucket: DESTINATION,
      sync_task_id: taskId,
    };
    return {
      ...{ endpoints, obs, oms, functiongraph: served, close },
      get config() {
        return deployed.config;
      },
      redeclare: () => deployed.deploy(),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function errorMessage(text: string): string | undefined {
  if (!text.includes('"level":"error"')) return undefined;
  try {
    const { message, error } = JSON.parse(text) as { message?: string; error?: { message?: string } };
    return error?.message ?? message;
  } catch {
    return undefined;
  }
}
