import * as z from 'zod/mini';
import { systemClock } from '#shared/http/clock.ts';
import { Caller } from './client/call.ts';
import { regionalEndpoint } from './client/endpoint.ts';
import { FunctionGraphClient } from './client/functiongraph.ts';
import { DeployError, MalformedAnswerError } from './errors.ts';
import { functionName, functionUrn } from './naming.ts';
import type { LogLine, LogsOptions } from './types.ts';

/** Lines of one answer; the reference advises 100 and takes 5000. */
const PAGE = 1000;
const LINES = 1000;
/** Our own limit, so that a query without progress ends. */
const PAGES = 1000;

const page = z.object({
  logs: z.optional(
    z.nullable(
      z.array(
        z.object({
          content: z.string(),
          line_num: z.optional(z.nullable(z.string())),
          labels: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
        }),
      ),
    ),
  ),
});

/**
 * Lines that a function printed, oldest first.
 *
 * @throws DeployError where the function is not deployed; ApiError
 * @see https://support.huaweicloud.com/intl/en-us/api-lts/ListLogs.html
 */
export async function readLogs(options: LogsOptions): Promise<LogLine[]> {
  const { service, stage, target, key, from, matches = () => true, limit = LINES, keywords, signal } = options;
  const urn = functionUrn(target, functionName(service, stage, key));
  const location = await new FunctionGraphClient(target, signal).showLogLocation(urn);
  if (!location) throw new DeployError('Deploy.UnknownFunction', `The function ${key} is not deployed.`);
  const address = target.logsEndpoint ?? regionalEndpoint('lts', target.region);
  const caller = new Caller(target, { address, setting: 'The endpoint of LTS', signal });
  const to = options.to ?? (target.clock ?? systemClock).now();
  const lines: LogLine[] = [];
  let after: string | undefined;
  for (let number = 0; number < PAGES && lines.length < limit; number += 1) {
    const success = await caller.call({
      operation: 'ListLogs',
      method: 'POST',
      path: ['v2', target.projectId, 'groups', location.group_id, 'streams', location.stream_id, 'content', 'query'],
      body: {
        // Milliseconds, as text.
        start_time: String(from),
        end_time: String(to),
        is_desc: false,
        limit: PAGE,
        ...(keywords ? { keywords } : {}),
        // Otherwise found words come with marks around them.
        highlight: false,
        ...(after === undefined ? {} : { line_num: after, search_type: 'forwards' }),
      },
      // A query.
      repeatable: true,
    });
    const read = z.safeParse(page, success.json);
    if (!read.success) {
      const { status, requestId } = success;
      throw new MalformedAnswerError({ operation: 'ListLogs', status, requestId }, 'is not a list of lines');
    }
    const logs = read.data.logs ?? [];
    for (const line of logs) if (matches(line.content)) lines.push({ time: timeOf(line), text: line.content });
    const last = logs.at(-1)?.line_num ?? undefined;
    if (logs.length < PAGE || last === undefined || last === after) break;
    after = last;
  }
  return lines.slice(0, limit);
}

/** The time of the label, else that with which the line's number begins. */
function timeOf({
  labels,
  line_num,
}: {
  readonly labels?: unknown;
  readonly line_num?: string | null | undefined;
}): number | undefined {
  const label = (labels as Record<string, unknown> | null | undefined)?.['__time__'];
  const text = label === undefined || label === null ? (line_num ?? '').slice(0, 13) : String(label);
  return /^\d{13}$/.test(text) ? Number(text) : undefined;
}
