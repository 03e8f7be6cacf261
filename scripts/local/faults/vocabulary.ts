import type { Check, Vocabulary } from './plan.ts';

const MS: Check = { type: 'integer', min: 0, max: 3_600_000 };
const WHEN: Check = { type: 'one of', values: ['before', 'after'] };
const RETRY_AFTER: Check = { type: 'integer', min: 0, max: 86_400 };
const STATUS: Check = { type: 'one of', values: [400, 401, 403, 404, 429, 500, 502, 503, 504] };

/** https://support.huaweicloud.com/intl/en-us/api-oms/oms_api_0005.html */
export const OMS_VOCABULARY: Vocabulary = {
  operations: [
    'CreateSyncTask',
    'ListSyncTasks',
    'ShowSyncTask',
    'DeleteSyncTask',
    'CreateSyncEvents',
    'StartSyncTask',
    'StopSyncTask',
    'ListSyncTaskStatistic',
  ],
  faults: {
    /** An error of the gateway (401, 429, 502, 504) or of the service; the work was not done, or it was. */
    status: {
      scope: 'request',
      terminal: true,
      mandatory: { status: STATUS },
      optional: { retry_after: RETRY_AFTER, when: WHEN },
    },
    reset: { scope: 'request', terminal: true, optional: { when: WHEN } },
    /**
     * The work is done and the answer is a page of HTML, nothing, a document without its end, or breaks off (`cut`).
     */
    body: {
      scope: 'request',
      terminal: true,
      mandatory: { body: { type: 'one of', values: ['html', 'empty', 'truncated', 'cut'] } },
      optional: { status: { type: 'one of', values: [200, 500, 502, 503] } },
    },
    slow: { scope: 'request', mandatory: { ms: MS }, optional: { when: WHEN } },
    /** The server's clock is late (below 0) or early. */
    clock_skew: {
      scope: 'request',
      mandatory: { ms: { type: 'integer', min: -31_536_000_000, max: 31_536_000_000 } },
    },
    fail: { scope: 'object', terminal: true },
    lose: { scope: 'object', terminal: true },
    duplicate: { scope: 'object' },
    delay: { scope: 'object', mandatory: { ms: MS } },
  },
};

export const OBS_VOCABULARY: Vocabulary = {
  operations: ['ListObjects', 'GetObject', 'HeadObject', 'PutObject', 'DeleteObject'],
  faults: {
    status: {
      scope: 'request',
      terminal: true,
      mandatory: { status: { type: 'one of', values: [403, 429, 500, 503] } },
      optional: { retry_after: RETRY_AFTER },
    },
    reset: { scope: 'request', terminal: true, optional: { when: WHEN } },
    slow: { scope: 'request', mandatory: { ms: MS } },
    drop: { scope: 'notification', terminal: true },
    duplicate: { scope: 'notification', optional: { times: { type: 'integer', min: 2, max: 100 } } },
    delay: { scope: 'notification', mandatory: { ms: MS } },
    reorder: {
      scope: 'notification',
      optional: { by: { type: 'integer', min: 1, max: 1000 }, ms: MS },
    },
    truncated_page: { scope: 'listing', terminal: true },
    cut_page: { scope: 'listing', terminal: true },
    wrong_order: { scope: 'listing', terminal: true },
    repeated_page: { scope: 'listing', terminal: true },
  },
};
