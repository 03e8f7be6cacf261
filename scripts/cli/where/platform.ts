import type { ObjectKey } from '#shared/encoding/object-key.ts';
import { AppError } from '#shared/errors/base.ts';
import type { QueuedInvocations } from '#shared/observability/where/locate.ts';
import { type LogLine, searchWord } from '#shared/observability/where/trace-lines.ts';
import { FunctionGraphClient } from '../../deploy/client/functiongraph.ts';
import { DeployError } from '../../deploy/errors.ts';
import { readLogs } from '../../deploy/logs.ts';
import { aliasUrn, functionName, functionUrn, LIVE } from '../../deploy/naming.ts';
import type { DeployTarget } from '../../deploy/types.ts';
import type { ServerlessConfig } from '../../serverless/config.ts';

interface Platform {
  readonly service: ServerlessConfig;
  readonly target: DeployTarget;
  readonly signal: AbortSignal;
  readonly object: { readonly bucket: string; readonly key: ObjectKey };
}

const TRIGGER = 'on-object-created';
/** The functions whose lines name what was submitted. */
const SUBMITTING = [TRIGGER, 'redrive', 'reconcile', 'create-sync-event'];
/** Milliseconds: no event waits longer than a day. */
const LONGEST_WAIT = 25 * 3_600_000;
/** Milliseconds: LTS searches 30 days at a time. */
const LONGEST = 30 * 86_400_000 - 60_000;
/** Milliseconds by which clocks may differ. */
const EARLIER = 60_000;
const LINES = 500;

/** FunctionGraph or LTS could not be asked. */
class PlatformError extends AppError {
  override readonly name = 'PlatformError';
}

/** Names the failure as a station shows it. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    throw new PlatformError(502, error.code, error.message, { cause: error });
  }
}

/** Asks FunctionGraph which invocations of on-object-created wait or run. */
export function queuePort({ service, target, signal }: Platform): () => Promise<QueuedInvocations> {
  return () =>
    told(async () => {
      const client = new FunctionGraphClient(target, signal);
      const urn = functionUrn(target, functionName(service.service, service.stage, TRIGGER));
      const alias = aliasUrn(urn, service.alias ?? LIVE);
      const settings = await client.showAsyncConfig(alias);
      if (settings?.enable_async_status_log !== true)
        throw new DeployError(
          'Deploy.NoStatusLog',
          `FunctionGraph does not list the invocations of ${TRIGGER}: set async.statusLog in serverless.yml and deploy.`,
        );
      const since = Date.now() - LONGEST_WAIT;
      const [waiting, running] = await Promise.all([
        client.listAsyncInvocations(alias, 'WAIT', since),
        client.listAsyncInvocations(alias, 'RUNNING', since),
      ]);
      const times = [...waiting.times, ...running.times];
      return {
        waiting: waiting.count,
        running: running.count,
        oldest: times.length === 0 ? undefined : Math.min(...times),
        complete: waiting.complete && running.complete,
      };
    });
}

/** Reads log lines that may name the object: those that have the longest word of its name. */
export function linesPort({
  service,
  target,
  signal,
  object,
}: Platform): (since: number) => Promise<readonly LogLine[]> {
  return (since) =>
    told(async () => {
      const now = Date.now();
      const keywords = searchWord(object.key);
      const keys = SUBMITTING.filter((key) => service.functions[key]);
      const lists = await Promise.all(
        keys.map(async (key) => {
          try {
            return await readLogs({
              service: service.service,
              stage: service.stage,
              target,
              key,
              from: Math.max(since - EARLIER, now - LONGEST),
              to: now,
              keywords,
              limit: LINES,
              signal,
            });
          } catch (error) {
            // A function that is not deployed has written nothing.
            if (error instanceof DeployError && error.code === 'Deploy.UnknownFunction') return [];
            throw error;
          }
        }),
      );
      return lists.flat();
    });
}
