import type { TerminalFailure } from '#shared/deadletters/make.ts';
import type { AppError } from '#shared/errors/base.ts';
import type { NormalisedEvent, ObjectChange, RejectedRecord } from '#shared/events/object-change.ts';
import { type Batch, groupBy } from './batch.ts';
import { classify } from './failures.ts';
import { type FailedKey, failedOf, type KeyOutcome } from './outcome.ts';
import type { Routed } from './route.ts';
import { NoRouteError } from './routes.ts';

export interface Terminal {
  readonly failed: TerminalFailure;
  /** Parts of the failure; the report names each with the dead letter that has it. */
  readonly items: readonly TerminalItem[];
}

export type TerminalItem = FailedKey | RejectedRecord | ObjectChange | AppError;

export interface TerminalSources {
  readonly normalised: Pick<NormalisedEvent, 'rejected'>;
  readonly unrecognised?: AppError | undefined;
  readonly routed: Pick<Routed, 'routed'>;
  readonly misdirected: readonly ObjectChange[];
  readonly batches: readonly Batch[];
  readonly outcomes: readonly KeyOutcome[];
}

/**
 * Groups the failures that no retry of the invocation can cure: refused keys by batch and cause, records that cannot be read by
 * cause, records of buckets without a route, an event that is no notification.
 */
export function terminalFailures(sources: TerminalSources): Terminal[] {
  const { normalised, unrecognised, misdirected } = sources;
  return [...refusedKeys(sources), ...rejectedRecords(normalised.rejected), ...withoutRoute(misdirected)].concat(
    unrecognised === undefined
      ? []
      : { failed: { kind: 'event', failure: classify(unrecognised), error: unrecognised }, items: [unrecognised] },
  );
}

function refusedKeys({ batches, outcomes, routed: { routed } }: TerminalSources): Terminal[] {
  const refused = new Map(failedOf(outcomes).flatMap((key) => (key.retryable ? [] : [[key.index, key] as const])));
  if (refused.size === 0) return [];
  return batches.flatMap(({ syncTaskId, items }) => {
    const keys = items.flatMap(({ index }) => refused.get(index) ?? []);
    return groupBy(keys, ({ failure }) => failure.code).map(([first, ...others]): Terminal => {
      const group = [first, ...others];
      const changes = group.flatMap(({ index }) => routed[index]?.change ?? []);
      return {
        failed: { kind: 'keys', syncTaskId, changes, failure: first.failure, error: first.error },
        items: group,
      };
    });
  });
}

function rejectedRecords(rejected: readonly RejectedRecord[]): Terminal[] {
  return groupBy(rejected, ({ error }) => error.code).map(([first, ...others]): Terminal => {
    const records = [first, ...others];
    return {
      failed: { kind: 'records', records, failure: classify(first.error), error: first.error },
      items: records,
    };
  });
}

function withoutRoute(misdirected: readonly ObjectChange[]): Terminal[] {
  if (misdirected.length === 0) return [];
  const error = new NoRouteError();
  const records = misdirected.map(({ path }) => ({ path }));
  return [{ failed: { kind: 'records', records, failure: classify(error), error }, items: misdirected }];
}
