import type { Bench } from './bench.ts';

const API = 'https://support.huaweicloud.com/intl/en-us/api-oms';

/** The documents that checks cite. */
export const DOCUMENTS = {
  createTask: `${API}/CreateSyncTask.html`,
  showTask: `${API}/ShowSyncTask.html`,
  listTasks: `${API}/ListSyncTasks.html`,
  startTask: `${API}/StartSyncTask.html`,
  stopTask: `${API}/StopSyncTask.html`,
  deleteTask: `${API}/DeleteSyncTask.html`,
  statistics: `${API}/ListSyncTaskStatistic.html`,
  createEvents: `${API}/CreateSyncEvents.html`,
  monitoring: 'https://support.huaweicloud.com/intl/en-us/usermanual-oms/oms_01_0044.html',
  signing: 'https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm-002.html',
  gatewayErrors: 'https://support.huaweicloud.com/intl/en-us/usermanual-apig/apig_03_0048.html',
} as const;

/**
 * `documented`: the cited page says it. `inferred`: the page says something from which it follows, or other clients
 * rely on it; where the real service differs, it is the check and the local OMS that are wrong.
 */
export type Basis = 'documented' | 'inferred';

export interface Check {
  /** A sentence about the behaviour. */
  readonly name: string;
  readonly basis: Basis;
  /** Where it is documented, or what it is inferred from. */
  readonly source: string;
  readonly run: (bench: Bench) => Promise<void>;
}

const checkWith =
  (basis: Basis) =>
  (source: keyof typeof DOCUMENTS, name: string, run: Check['run']): Check => ({
    name,
    basis,
    source: DOCUMENTS[source],
    run,
  });

export const documented = checkWith('documented');
export const inferred = checkWith('inferred');
