/** Actions on sync tasks: https://support.huaweicloud.com/intl/en-us/api-oms/oms_api_8003.html */
type OmsAction = 'create' | 'createEvent' | 'delete' | 'get' | 'list' | 'statistics' | 'update';

/** Parts of the state bucket, each below a prefix of its own. */
interface StatePrefixes {
  readonly deadLetters: string;
  readonly parked: string;
  readonly failedInvocations: string;
  readonly redrive: string;
  readonly reconcile: string;
}

/** Names in the state bucket; `*` stands for any number of characters. */
type StateNames = (prefixes: StatePrefixes) => readonly string[];

/** Rights that a function needs in the cloud with the credentials of its agency. */
export interface FunctionNeeds {
  readonly oms: readonly OmsAction[];
  readonly state?: {
    readonly list?: true;
    readonly read?: StateNames;
    readonly write?: StateNames;
    readonly delete?: StateNames;
  };
  /** Whether it lists the buckets of the routes. */
  readonly listsRoutes?: true;
  /** Whether it reads the lists of results that OMS writes at the destinations. */
  readonly readsResultLists?: true;
  /** Whether it invokes itself for a request of the gateway. */
  readonly invokesItself?: true;
  /** Whether it asks FunctionGraph which invocations of on-object-created wait. */
  readonly readsQueue?: true;
}

/**
 * Needs by the function's key in serverless.yml. A function that is not listed asks for nothing.
 *
 * `get` is in most of them because OMS answers 400 or 403 to nearly everything: whether the task is stopped or gone is
 * what ShowSyncTask says. Starting and stopping have no actions of their own, both are `update`.
 */
export const NEEDS: Readonly<Record<string, FunctionNeeds>> = {
  // Lists before it creates: a task whose answer was lost is found again.
  'create-sync-task': { oms: ['create', 'list'] },
  'show-sync-task': { oms: ['get'] },
  'list-sync-tasks': { oms: ['list'] },
  'start-sync-task': { oms: ['update', 'get'] },
  'stop-sync-task': { oms: ['update', 'get'] },
  // `?stop=true` stops it first.
  'delete-sync-task': { oms: ['delete', 'update', 'get'] },
  'show-sync-task-statistics': { oms: ['statistics', 'get'] },
  // Buckets are listed for the one name: that needs no right to read contents.
  'show-object': {
    oms: ['get'],
    state: {
      list: true,
      read: ({ deadLetters, parked, failedInvocations, reconcile }) => [
        `${deadLetters}*`,
        `${parked}*`,
        `${failedInvocations}*`,
        `${reconcile}*/latest.json`,
      ],
    },
    listsRoutes: true,
    readsResultLists: true,
  },
  'show-status': {
    oms: ['get'],
    state: {
      list: true,
      read: ({ deadLetters, parked, failedInvocations, redrive, reconcile }) => [
        `${deadLetters}*`,
        `${parked}*`,
        `${failedInvocations}*`,
        `${redrive}last.json`,
        `${reconcile}*/latest.json`,
        `${reconcile}*/checkpoint.json`,
      ],
    },
    listsRoutes: true,
    readsQueue: true,
  },
  'create-sync-event': { oms: ['createEvent', 'get'] },
  // Only ever adds dead letters: it can neither read nor remove what lies there.
  'on-object-created': {
    oms: ['createEvent', 'get'],
    state: { write: ({ deadLetters }) => [`${deadLetters}*`] },
  },
  redrive: {
    oms: ['createEvent', 'get'],
    state: {
      list: true,
      read: ({ deadLetters, parked, failedInvocations, redrive }) => [
        `${deadLetters}*`,
        `${parked}*`,
        `${failedInvocations}*`,
        `${redrive}last.json`,
      ],
      write: ({ deadLetters, parked, redrive }) => [`${deadLetters}*`, `${parked}*`, `${redrive}*`],
      delete: ({ deadLetters, parked, failedInvocations }) => [
        `${deadLetters}*`,
        `${parked}*`,
        `${failedInvocations}*`,
      ],
    },
    invokesItself: true,
  },
  // Dead letters are read to tell why an object is missing.
  reconcile: {
    oms: ['createEvent', 'get'],
    state: {
      list: true,
      read: ({ deadLetters, parked, reconcile }) => [`${deadLetters}*`, `${parked}*`, `${reconcile}*`],
      write: ({ reconcile }) => [`${reconcile}*`],
      delete: ({ reconcile }) => [`${reconcile}*/lease.json`],
    },
    listsRoutes: true,
    invokesItself: true,
  },
};
