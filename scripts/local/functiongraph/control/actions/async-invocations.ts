import type { AsyncInvocation } from '../../async/queue.ts';
import { invalid } from '../fields.ts';
import type { ApiAnswer, ApiRequest } from '../router.ts';
import { pageOf } from './page.ts';
import { type ControlService, located } from './service.ts';

const STATUSES: readonly string[] = ['WAIT', 'RUNNING', 'SUCCESS', 'FAIL', 'DISCARD'];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;
/** Milliseconds: "the last hour by default". */
const HOUR = 3_600_000;

/**
 * Asynchronous invocations of a function, newest first: request ids and states, and nothing of their events or of how
 * often they were tried. Where status logs are off the service has none to show.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0112_00_3.html
 */
export function listAsyncInvocations(service: ControlService, request: ApiRequest): ApiAnswer {
  const { plane } = service;
  const { query } = request;
  const { fn, qualifier } = located(service, request);
  const status = query.get('status') || undefined;
  if (status !== undefined && !STATUSES.includes(status)) throw invalid('status', `is none of ${STATUSES.join(', ')}`);
  const end = timeOf(query, 'query_end_time') ?? plane.now();
  const begin = timeOf(query, 'query_begin_time') ?? end - HOUR;
  const id = query.get('request_id') || undefined;
  const logged = fn.asyncSettings[qualifier]?.statusLog === true ? service.invocations({ fn, qualifier }) : [];
  const found = logged.filter(
    (one) =>
      (status === undefined || one.status === status) &&
      (id === undefined || one.id === id) &&
      one.started >= begin &&
      one.started < end + 1000,
  );
  const { page, next } = pageOf(found, query, { name: 'limit', unless: 100, most: 500 });
  return {
    status: 200,
    body: {
      invocations: page.map(answerOf),
      count: page.length,
      ...(next < found.length ? { next_marker: String(next) } : {}),
    },
  };
}

function answerOf({ id, status, started, ended, error }: AsyncInvocation): Record<string, unknown> {
  return {
    request_id: id,
    status,
    error_message: error ?? '',
    error_code: error === undefined ? 0 : 500,
    start_time: utc(started),
    end_time: ended === undefined ? '' : utc(ended),
  };
}

/** "2026-09-30T03:24:43", in UTC. */
function utc(time: number): string {
  return new Date(time).toISOString().slice(0, 19);
}

function timeOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (!text) return undefined;
  const time = TIME.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  if (Number.isNaN(time)) throw invalid(name, 'is not a time as in 2026-09-30T03:24:43');
  return time;
}
