import { type Answer, type CallOptions, call } from './client.ts';
import { PROJECT_ID, startService, taskBody } from './service.ts';

/** An OMS that the suite runs against, local or real. */
export interface Target {
  readonly name: string;
  readonly projectId: string;
  call(method: string, path: string, options?: Partial<CallOptions>): Promise<Answer>;
  /** Body of CreateSyncTask with buckets and keys that exist. */
  taskBody(changes?: Record<string, unknown>): Record<string, unknown>;
  close(): Promise<void>;
}

/** Set for the real service; see docs/contract-tests.md. */
const VARIABLES = [
  ...['OMS_LIVE_REGION', 'OMS_LIVE_PROJECT_ID', 'OMS_LIVE_ACCESS_KEY', 'OMS_LIVE_SECRET_KEY'],
  ...['OMS_LIVE_SRC_BUCKET', 'OMS_LIVE_DST_BUCKET'],
] as const;

/** Whether the real service was asked for. A pipeline never does: it has no business with an account. */
export const LIVE = process.env['OMS_LIVE'] === '1' && process.env['CI'] === undefined;

/** @throws Error naming the variables that are missing */
export async function liveTarget(): Promise<Target> {
  const missing = VARIABLES.filter((name) => !process.env[name]);
  if (missing.length > 0) throw new Error(`OMS_LIVE=1 needs ${missing.join(', ')}`);
  const value = (name: (typeof VARIABLES)[number]): string => process.env[name] ?? '';
  const region = value('OMS_LIVE_REGION');
  const keys = { accessKey: value('OMS_LIVE_ACCESS_KEY'), secretKey: value('OMS_LIVE_SECRET_KEY') };
  return {
    name: `OMS in ${region}`,
    projectId: value('OMS_LIVE_PROJECT_ID'),
    call: (method, path, options = {}) =>
      call(method, path, { endpoint: `https://oms.${region}.myhuaweicloud.com`, ...keys, ...options }),
    taskBody: (changes = {}) => ({
      src_cloud_type: 'HuaweiCloud',
      src_region: region,
      src_bucket: value('OMS_LIVE_SRC_BUCKET'),
      src_ak: keys.accessKey,
      src_sk: keys.secretKey,
      dst_ak: keys.accessKey,
      dst_sk: keys.secretKey,
      dst_region: region,
      dst_bucket: value('OMS_LIVE_DST_BUCKET'),
      description: 'contract test',
      ...changes,
    }),
    close: async () => {},
  };
}

export async function localTarget(): Promise<Target> {
  const service = await startService();
  service.s3.put('source/contract-test', 'abc');
  return {
    name: 'the local OMS',
    projectId: PROJECT_ID,
    call: (method, path, options) => service.call(method, path, options),
    taskBody,
    close: () => service.close(),
  };
}
