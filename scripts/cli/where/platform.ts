import type { ObjectKey } from '#shared/encoding/object-key.ts';
import { AppError } from '#shared/errors/base.ts';
import { queuedInvocations } from '#shared/observability/queue.ts';
import type { QueuedInvocations } from '#shared/observability/where/locate.ts';
import { type LogLine, searchWord } from '#shared/observability/where/trace-lines.ts';
import { DeployError } from '../../deploy/errors.ts';
import { readLogs } from '../../deploy/logs.ts';
import { aliasUrn, functionName, functionUrn, LIVE } from '../../deploy/naming.ts';
import type { DeployTarget } from '../../deploy/types.ts';
import type { ServerlessConfig } from '../../serverless/config.ts';

interface Platform {
  readonly service: ServerlessConfig;
  readonly target: DeployTarget;
  readonly signal: AbortSignal;
}

const TRIGGER = 'on-object-created';
/** The functions whose lines name what was submitted. */
const SUBMITTING = [TRIGGER, 'redrive', 'reconcile', 'create-sync-event'];
/** Milliseconds for the queue to be told. */
const PATIENCE = 10_000;
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
export function queuePort({ service, target }: Omit<Platform, 'signal'>): () => Promise<QueuedInvocations> {
  const urn = functionUrn(target, functionName(service.service, service.stage, TRIGGER));
  const end = performance.now() + PATIENCE;
  return () =>
    queuedInvocations({
      ...target,
      urn: aliasUrn(urn, service.alias ?? LIVE),
      now: () => Date.now(),
      deadline: () => end - performance.now(),
    });
}

/** Reads log lines that may name the object: those that have the longest word of its name. */
export function linesPort({
  service,
  target,
  signal,
  object,
}: Platform & { readonly object: { readonly key: ObjectKey } }): (since: number) => Promise<readonly LogLine[]> {
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
