import { encodeStrictly } from '#shared/encoding/percent.ts';
import { AppError, DeadlineError } from '#shared/errors/base.ts';
import { field, optionalText } from '#shared/events/fields.ts';
import { makeCall } from '#shared/http/call.ts';
import { contextOf } from '#shared/http/client-options.ts';
import type { KeyPair } from '#shared/http/key-pair.ts';
import { UnexpectedAnswer } from '#shared/http/signed-call.ts';
import { Transport } from '#shared/http/transport.ts';
import { resolveEndpoint } from '#shared/oms/endpoint.ts';
import { encodeQuery, signRequest } from '#shared/oms/sign.ts';
import type { QueuedInvocations } from './where/locate.ts';

export interface QueueOptions {
  /** Address of FunctionGraph. */
  readonly endpoint: string;
  readonly projectId: string;
  /** URN of on-object-created, with its alias. */
  readonly urn: string;
  readonly credentials: () => KeyPair;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds that are left. */
  readonly deadline: () => number;
}

/** FunctionGraph did not tell which invocations wait. */
class QueueNotAskedError extends AppError {
  override readonly name = 'QueueNotAskedError';

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(502, code, message, options);
  }
}

/** Invocations of a page, the most that the service gives. */
const PAGE = 500;
/** Milliseconds: no event waits longer than a day. */
const LONGEST_WAIT = 25 * 3_600_000;
const TIMEOUT = 5_000;
/** Bytes: an invocation is described in less than 1 KB. */
const MAX_BYTES = 1024 * 1024;
/** Escapes that stand as they are in the request line, as in the vendor's own clients. */
const LITERAL = /%3A|%21/g;

/**
 * Asks FunctionGraph which invocations of a function wait or run. It tells their ids and states, and neither their events
 * nor how often they were tried; and it tells nothing at all where status logs are off.
 *
 * @throws AppError
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0112_00_3.html
 */
export async function queuedInvocations(options: QueueOptions): Promise<QueuedInvocations> {
  const config = await get(options, 'async-invoke-config', []);
  if (field(config, 'enable_async_status_log') !== true)
    throw new QueueNotAskedError(
      'OmsSync.NoStatusLog',
      'FunctionGraph does not list the invocations of on-object-created: set async.statusLog in serverless.yml and deploy.',
    );
  // UTC.
  const since = new Date(options.now() - LONGEST_WAIT).toISOString().slice(0, 19);
  const lists = await Promise.all(
    ['WAIT', 'RUNNING'].map(async (status) => {
      const query = [
        ['status', status],
        ['limit', String(PAGE)],
        ['query_begin_time', since],
      ] as const;
      const found = field(await get(options, 'async-invocations', query), 'invocations') ?? [];
      if (!Array.isArray(found))
        throw new QueueNotAskedError('OmsSync.QueueUnexpectedAnswer', 'It lists no invocations.');
      return found.filter((one) => [status, ''].includes(optionalText(one, 'status') ?? ''));
    }),
  );
  const times = lists
    .flat()
    .map((one) => Date.parse(`${optionalText(one, 'start_time') ?? ''}Z`))
    .filter((time) => !Number.isNaN(time));
  return {
    waiting: lists[0]?.length ?? 0,
    running: lists[1]?.length ?? 0,
    oldest: times.length === 0 ? undefined : Math.min(...times),
    complete: lists.every(({ length }) => length < PAGE),
  };
}

async function get(
  { endpoint: address, projectId, urn, credentials, deadline }: QueueOptions,
  resource: string,
  query: readonly (readonly [string, string])[],
): Promise<unknown> {
  const endpoint = resolveEndpoint({ endpoint: address });
  const path = `${endpoint.basePath}/v2/${projectId}/fgs/functions/${encodeStrictly(urn)}/${resource}`;
  const headers = { 'content-type': 'application/json', 'x-project-id': projectId };
  const failed = (reason: string) =>
    new QueueNotAskedError('OmsSync.QueueNotAsked', `FunctionGraph did not answer with its invocations: ${reason}.`);
  return await makeCall<KeyPair, unknown>(
    {
      repeatable: true,
      documented: [200],
      credentials,
      sign: (keys, now) => ({
        method: 'GET',
        target: [path.replace(LITERAL, decodeURIComponent), ...(query.length === 0 ? [] : [encodeQuery(query)])].join(
          '?',
        ),
        headers: signRequest({ method: 'GET', path, query, host: endpoint.host, headers }, keys, new Date(now)),
        body: '',
        maxBytes: MAX_BYTES,
      }),
      read: ({ body }) => {
        try {
          return JSON.parse(body.toString('utf8'));
        } catch {
          throw new UnexpectedAnswer('is not JSON');
        }
      },
      refused: ({ status }) => ({ error: failed(`it refused with status ${status}`), retryable: status >= 500 }),
      unexpected: (_failure, { status }) => failed(`its answer with status ${status} is not the documented one`),
      lost: ({ reason }, { attempts }) => (attempts === 0 ? new DeadlineError() : failed(reason)),
    },
    contextOf({ deadline, timeoutMs: TIMEOUT, maxAttempts: 2 }, new Transport(endpoint)),
  );
}
