import type { Origin } from '#shared/deadletters/make.ts';
import type { DeadLetters } from '#shared/deadletters/store.ts';
import { AppError } from '#shared/errors/base.ts';
import { forEachConcurrently } from './concurrently.ts';
import type { Terminal } from './terminal.ts';

export type DeadLetterSink = Pick<DeadLetters, 'put'>;

/** A terminal failure, and its dead letter or why there is none. */
export type DeadLetterResult =
  | (Terminal & { readonly name: string; readonly error?: undefined })
  | (Terminal & { readonly name?: undefined; readonly error: unknown });

export class NoStateBucketError extends AppError {
  override readonly name = 'NoStateBucketError';

  constructor() {
    super(500, 'OmsSync.NoStateBucket', 'There is no bucket for dead letters: set STATE_BUCKET.');
  }
}

const CONCURRENCY = 4;

/**
 * Writes a dead letter for each failure. One that cannot be written does not keep the others from it. Never rejects.
 *
 * @param deadLetters asked only where there is something to write; what it needs is not loaded before
 */
export async function writeDeadLetters(
  terminal: readonly Terminal[],
  origin: Origin,
  deadLetters: () => Promise<DeadLetterSink | undefined>,
): Promise<DeadLetterResult[]> {
  if (terminal.length === 0) return [];
  try {
    const sink = await deadLetters();
    if (sink === undefined) throw new NoStateBucketError();
    const { makeDeadLetter } = await import('#shared/deadletters/make.ts');
    const results: DeadLetterResult[] = [];
    await forEachConcurrently([...terminal.entries()], CONCURRENCY, async ([index, each]) => {
      try {
        results[index] = { ...each, name: await sink.put(makeDeadLetter(each.failed, origin)) };
      } catch (error) {
        results[index] = { ...each, error };
      }
    });
    return results;
  } catch (error) {
    return terminal.map((each) => ({ ...each, error }));
  }
}

/** Milliseconds: four writes at a time, with a retry or two. */
const RESERVE = 5_000;

/**
 * Milliseconds that submitting leaves of an invocation for the dead letters: without them, refusals that are known when
 * time runs out would be made again by the platform's retry.
 *
 * @param remaining milliseconds that the invocation has when it begins
 */
export function deadLetterReserve(remaining: number): number {
  return Math.min(RESERVE, Math.max(0, remaining) / 4);
}
