import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client as S3,
  type S3Client,
} from '@aws-sdk/client-s3';
import { buildIfStale } from '../../../scripts/build/build.ts';
import type { PolicyDocument } from '../../../scripts/deploy/permissions/document.ts';
import { type AgencyPolicy, policiesOf } from '../../../scripts/deploy/permissions/policies.ts';
import { Accounts } from '../../../scripts/local/accounts.ts';
import { CONTROL_PATH } from '../../../scripts/local/faults/control.ts';
import { type FunctionGraph, startFunctionGraph } from '../../../scripts/local/functiongraph/server.ts';
import { type ObsServer, startObs } from '../../../scripts/local/obs/server.ts';
import { type OmsServer, startOms } from '../../../scripts/local/oms/server.ts';
import { request } from '../../../scripts/local/request.ts';
import { ensureBucket, s3Client } from '../../../scripts/local/s3.ts';
import { ROOT, type ServerlessConfig } from '../../../scripts/serverless/config.ts';
import { loadServerless } from '../../../scripts/serverless/load.ts';
import { call } from '../../contract/oms/client.ts';

const REGION = 'cn-north-4';
const PROJECT = 'project';
const KEYS = { accessKey: 'ADMIN', secretKey: 'admin-secret' };

export const SOURCE = 'photos';
export const DESTINATION = 'photos-replica';
export const STATE = 'photos-sync-state';
/** Whose task is stopped, where nobody starts it; not reconciled. */
export const STOPPED_SOURCE = 'stopped-photos';

/** Functions that list the buckets of their routes; of the stopped task nobody does. */
const LISTING = ['reconcile', 'show-status', 'show-object'];
const BUCKETS = [SOURCE, STOPPED_SOURCE, DESTINATION, STATE];

/** Powers of somebody who has got hold of a function's credentials. */
interface AgencyCredentials {
  /** The status of OMS's answer. */
  oms(method: string, path: string, body?: unknown): Promise<number>;
  /** The status of the object store's answer. */
  store(command: ListObjectsV2Command | GetObjectCommand | PutObjectCommand | DeleteObjectCommand): Promise<number>;
}

/** Every function as serverless.yml has it, each with the policies of its agency; whoever tests may do everything. */
export interface AgencyCloud {
  readonly config: ServerlessConfig;
  readonly agencies: readonly AgencyPolicy[];
  readonly fg: FunctionGraph;
  readonly oms: OmsServer;
  readonly taskId: string;
  /** Task of STOPPED_SOURCE. */
  readonly stoppedTaskId: string;
  /** Gives agencies these documents from now on. */
  setPolicies(documents: ReadonlyMap<string, readonly PolicyDocument[]>): void;
  /** Temporary credentials of an agency, as its functions have them. */
  credentialsOf(agency: string): AgencyCredentials;
  setStoreFaults(...rules: readonly object[]): Promise<void>;
  /** Puts a function into service anew: it remembers nothing. */
  forget(key: string): Promise<void>;
  callOms(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly json: unknown }>;
  put(bucket: string, key: string, body: string): Promise<void>;
  read(bucket: string, key: string): Promise<string>;
  names(bucket: string, prefix?: string): Promise<string[]>;
  /** Empties the buckets, and makes the services work again. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export async function startAgencyCloud(): Promise<AgencyCloud> {
  const folder = await mkdtemp(join(tmpdir(), 'oms-sync-permissions-'));
  const accounts = new Accounts([KEYS]);
  const obs: ObsServer = await startObs({ dataDir: join(folder, 'obs'), port: 0, region: REGION, accounts });
  const s3: S3Client = s3Client({ endpoint: obs.url, region: REGION, ...KEYS });
  for (const bucket of BUCKETS) await ensureBucket(s3, bucket);
  const oms = await startOms({
    ...{ dataDir: join(folder, 'oms'), port: 0, region: REGION, projectId: PROJECT, accounts },
    resolveEndpoint: () => obs.url,
  });
  const callOms: AgencyCloud['callOms'] = (method, path, body) =>
    call(method, `/v2/${PROJECT}${path}`, { endpoint: oms.url, ...KEYS, ...(body === undefined ? {} : { body }) });
  const createTask = async (source: string): Promise<string> => {
    const { json } = await callOms('POST', '/sync-tasks', { ...taskBody(), src_bucket: source });
    return (json as { sync_task_id: string }).sync_task_id;
  };
  const taskId = await createTask(SOURCE);
  const stoppedTaskId = await createTask(STOPPED_SOURCE);
  await callOms('POST', `/sync-tasks/${stoppedTaskId}/stop`, {});

  const place = { region: REGION, endpoint: obs.url };
  const route = {
    name: 'photos',
    source: { bucket: SOURCE, ...place },
    destination: { bucket: DESTINATION, ...place },
    sync_task_id: taskId,
  };
  const [config] = await Promise.all([
    loadServerless('local', {
      OMS_SYNC_REGION: REGION,
      OMS_SYNC_OMS_ENDPOINT: oms.url,
      OMS_SYNC_PROJECT_ID: PROJECT,
      OMS_SYNC_SOURCE_BUCKET: SOURCE,
      OMS_SYNC_STATE_BUCKET: STATE,
      OMS_SYNC_STATE_ENDPOINT: obs.url,
      OMS_SYNC_STATE_REGION: REGION,
      OMS_SYNC_ROUTES: JSON.stringify([route]),
      OMS_SYNC_APIG_GROUP: 'local',
      OMS_SYNC_EVENTGRID_CHANNEL_ID: 'default',
      // Outages are simulated: one attempt, and no patience.
      OMS_SYNC_MAX_ATTEMPTS: '1',
      OMS_SYNC_RECONCILE_GRACE_PERIOD: '0',
    }),
    buildIfStale(),
  ]);
  const fg = await startFunctionGraph({
    ...{ dataDir: join(folder, 'functiongraph'), port: 0, gatewayPort: 0, region: REGION, projectId: PROJECT },
    ...{ accounts, appCode: 'app-code', objectStore: obs.url },
    retryDelay: () => 0,
    destinationAttempts: 1,
  });
  const routes = JSON.stringify([route, { source: { bucket: STOPPED_SOURCE }, sync_task_id: stoppedTaskId }]);
  const forget: AgencyCloud['forget'] = async (key) => {
    const fn = config.functions[key];
    if (fn === undefined) throw new Error(`There is no function ${key}.`);
    const environment = LISTING.includes(key) ? fn.environment : { ...fn.environment, ROUTES: routes };
    const addressed = { ...environment, FUNCTIONGRAPH_ENDPOINT: fg.url };
    await fg.deploy(key, { ...fn, environment: addressed }, await readFile(join(ROOT, fn.package.artifact)));
  };
  for (const key of Object.keys(config.functions)) await forget(key);

  const names: AgencyCloud['names'] = async (bucket, prefix = '') => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    return Contents.map(({ Key = '' }) => Key);
  };
  const setStoreFaults: AgencyCloud['setStoreFaults'] = async (...rules) => {
    await request('PUT', `${obs.url}${CONTROL_PATH}`, { body: JSON.stringify({ seed: 1, rules }) });
  };
  return {
    ...{ config, agencies: policiesOf(config), fg, oms, taskId, stoppedTaskId, forget, callOms, names, setStoreFaults },
    credentialsOf: (agency) => {
      const { accessKey, secretKey, securityToken } = accounts.issueTemporary(undefined, agency);
      const keys = { accessKey, secretKey, headers: { 'x-security-token': securityToken } };
      const client = new S3({
        ...{ endpoint: obs.url, region: REGION, forcePathStyle: true, maxAttempts: 1 },
        credentials: { accessKeyId: accessKey, secretAccessKey: secretKey, sessionToken: securityToken },
      });
      return {
        oms: async (method, path, body) => {
          const options = { endpoint: oms.url, ...keys, ...(body === undefined ? {} : { body }) };
          return (await call(method, `/v2/${PROJECT}${path}`, options)).status;
        },
        store: (command) =>
          client.send(command as GetObjectCommand).then(
            ({ $metadata }) => $metadata.httpStatusCode ?? 0,
            (error: { $metadata?: { httpStatusCode?: number } }) => error.$metadata?.httpStatusCode ?? 0,
          ),
      };
    },
    setPolicies: (documents) => accounts.setAgencies(documents),
    put: async (Bucket, Key, Body) => {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    },
    read: async (Bucket, Key) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return (await Body?.transformToString()) ?? '';
    },
    reset: async () => {
      oms.setFaults(undefined);
      await setStoreFaults();
      await fg.idle();
      await oms.idle();
      for (const bucket of BUCKETS)
        for (const Key of await names(bucket)) await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    },
    close: async () => {
      await fg.close();
      await oms.close();
      s3.destroy();
      await obs.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The body of a request for a task between the two buckets. */
export function taskBody(): Record<string, unknown> {
  return {
    ...{ src_cloud_type: 'HuaweiCloud', src_region: REGION, src_bucket: SOURCE },
    ...{ dst_region: REGION, dst_bucket: DESTINATION, ...bucketKeys() },
  };
}

/** Key pairs that starting a task needs. */
export function bucketKeys(): Record<string, string> {
  const { accessKey: ak, secretKey: sk } = KEYS;
  return { src_ak: ak, src_sk: sk, dst_ak: ak, dst_sk: sk };
}
