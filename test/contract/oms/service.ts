import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Accounts } from '../../../scripts/local/accounts.ts';
import type { FaultPlan } from '../../../scripts/local/faults/plan.ts';
import type { OmsOptions, OmsServer } from '../../../scripts/local/oms/options.ts';
import { startOms } from '../../../scripts/local/oms/server.ts';
import { StubS3 } from '../../unit/local/oms/stub-s3.ts';
import { type Answer, type CallOptions, call } from './client.ts';

export const PROJECT_ID = '2c0689c860ad4728a497c91ec0844383';
export const ACCESS_KEY = 'LOCALACCESSKEY000001';
export const SECRET_KEY = 'local-secret-key-that-no-answer-may-hold';

export interface Service {
  readonly oms: OmsServer;
  readonly s3: StubS3;
  readonly accounts: Accounts;
  readonly dataDir: string;
  readonly lines: string[];
  call(method: string, path: string, options?: Partial<CallOptions>): Promise<Answer>;
  createTask(body?: Record<string, unknown>): Promise<string>;
  /** Sets a fault plan, or ends all faults. */
  setFaults(plan: FaultPlan | undefined): void;
  /** Stops OMS and starts it again on the same folder. */
  restart(options?: Partial<OmsOptions>): Promise<Service>;
  close(): Promise<void>;
}

/** The body of the vendor's example, with buckets that exist. */
export function taskBody(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    src_cloud_type: 'Aliyun',
    src_region: 'cn-beijing',
    src_bucket: 'source',
    src_ak: 'src_ak',
    src_sk: 'src_sk_secret',
    dst_ak: 'dst_ak',
    dst_sk: 'dst_sk_secret',
    dst_region: 'cn-north-4',
    dst_bucket: 'destination',
    description: 'XXXX',
    enable_restore: false,
    enable_metadata_migration: false,
    ...changes,
  };
}

/** A local OMS on a free port and a folder of its own, with an object store that a test controls. */
export async function startService(options: Partial<OmsOptions> = {}): Promise<Service> {
  const s3 = new StubS3();
  const endpoint = await s3.listen();
  const dataDir = await mkdtemp(join(tmpdir(), 'oms-test-'));
  const accounts = new Accounts([{ accessKey: ACCESS_KEY, secretKey: SECRET_KEY }], options.now);
  const lines: string[] = [];
  const start = async (changes: Partial<OmsOptions>): Promise<Service> => {
    const oms = await startOms({
      dataDir,
      port: 0,
      region: 'cn-north-4',
      projectId: PROJECT_ID,
      accounts,
      resolveEndpoint: () => endpoint,
      log: (line) => lines.push(line),
      sleep: async () => {},
      closeGrace: 0,
      ...options,
      ...changes,
    });
    const service: Service = {
      oms,
      s3,
      accounts,
      dataDir,
      lines,
      call: (method, path, given = {}) =>
        call(method, path, { endpoint: oms.url, accessKey: ACCESS_KEY, secretKey: SECRET_KEY, ...given }),
      createTask: async (body = {}) => {
        const answer = await service.call('POST', `/v2/${PROJECT_ID}/sync-tasks`, { body: taskBody(body) });
        if (answer.status !== 200) throw new Error(answer.text);
        return String(answer.json?.['sync_task_id']);
      },
      setFaults: (plan) => oms.setFaults(plan),
      restart: async (next = {}) => {
        await oms.close();
        return start(next);
      },
      close: async () => {
        await oms.close();
        await s3.close();
        await rm(dataDir, { recursive: true, force: true });
      },
    };
    return service;
  };
  return start({});
}
