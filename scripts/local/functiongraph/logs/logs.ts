import { createHash } from 'node:crypto';
import type { FoundFunction, FunctionPort } from '../control/ports.ts';
import type { Router } from '../control/router.ts';
import { parseUrn } from '../control/urn.ts';
import { ApiError } from '../errors.ts';
import type { LogLine } from '../types.ts';
import { LogStore } from './log-store.ts';
import { readQuery, runQuery } from './query.ts';

export interface LogsOptions {
  readonly region: string;
  readonly projectId: string;
  readonly functions: Pick<FunctionPort, 'find'>;
  readonly maxBytes?: number;
}

interface LogPlace {
  readonly group_name: string;
  readonly group_id: string;
  readonly stream_id: string;
  readonly stream_name: string;
}

/** Shows functions' output as LTS does: in the log streams that FunctionGraph creates, or those of `log_config`. */
export class Logs {
  readonly #options: LogsOptions;
  readonly #store: LogStore;
  /** Groups of the streams that were asked for: a stream that is empty yet is there, too. */
  readonly #known = new Map<string, string>();
  /** "FunctionGraph automatically creates a log group starting with functiongraph." */
  readonly #ownGroup: Pick<LogPlace, 'group_id' | 'group_name'>;
  readonly #ownStreams = new Map<string, string>();

  constructor(options: LogsOptions) {
    this.#options = options;
    const { projectId } = options;
    this.#ownGroup = { group_id: idOf(`group:${projectId}`), group_name: `functiongraph.log.group.${projectId}` };
    this.#store = new LogStore(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes });
  }

  /** Keeps a line. Those of the platform itself, which belong to no function, are not LTS's. */
  add(line: LogLine): void {
    if (line.function === '') return;
    const { region, projectId, functions } = this.#options;
    const [name = '', group = 'default'] = line.function.split('.').reverse();
    const found = functions.find(`urn:fss:${region}:${projectId}:function:${group}:${name}`);
    this.#store.add(this.#place(found ?? { label: line.function }).stream_id, line);
  }

  /**
   * Adds the query for a function's stream, and LTS's for its lines, which on the platform has an address of its own.
   * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0145.html
   * @see https://support.huaweicloud.com/intl/en-us/api-lts/ListLogs.html
   */
  addRoutes(router: Router): void {
    router.route('GET', '/v2/{project_id}/fgs/functions/{function_urn}/lts-log-detail', ({ params }) => {
      const urn = params['function_urn'] ?? '';
      if (!parseUrn(urn)) throw new ApiError(400, 'FSS.1309', 'Invalid function URN.');
      const found = this.#options.functions.find(urn);
      if (!found) throw new ApiError(404, 'FSS.1051', 'The function does not exist.');
      const place = this.#place(found);
      this.#known.set(place.stream_id, place.group_id);
      return { status: 200, body: place };
    });
    router.route(
      'POST',
      '/v2/{project_id}/groups/{log_group_id}/streams/{log_stream_id}/content/query',
      ({ params, body }) => {
        const { log_group_id: group = '', log_stream_id: stream = '' } = params;
        const known = this.#known.get(stream);
        if (known === undefined && !this.#store.has(stream)) throw noStream();
        if (group !== (known ?? this.#ownGroup.group_id)) throw noGroup();
        return { status: 200, body: runQuery(this.#store.lines(stream), readQuery(body)) };
      },
      { malformed: () => new ApiError(400, 'LTS.0007', 'The request body format must be json') },
    );
  }

  #place({ label, logs = {} }: Pick<FoundFunction, 'label'> & Partial<FoundFunction>): LogPlace {
    const own = this.#ownGroup;
    const { groupId = own.group_id, groupName = own.group_name } = logs;
    const stream = this.#ownStreams.get(label) ?? idOf(`stream:${this.#options.projectId}:${label}`);
    this.#ownStreams.set(label, stream);
    const { streamId = stream, streamName = `${label}_${stream.slice(0, 8)}` } = logs;
    return { group_name: groupName, group_id: groupId, stream_id: streamId, stream_name: streamName };
  }
}

function noGroup(): ApiError {
  return new ApiError(400, 'LTS.0201', 'The log group is not existed');
}

function noStream(): ApiError {
  return new ApiError(400, 'LTS.0208', 'The log stream does not existed');
}

/** The same at every start. */
function idOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
