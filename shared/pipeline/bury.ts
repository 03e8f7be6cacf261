import type { Origin } from '#shared/deadletters/make.ts';
import type { DeadLetters } from '#shared/deadletters/store.ts';
import { AppError } from '#shared/errors/base.ts';
import type { Terminal } from './terminal.ts';

/** Where dead letters go. */
export type DeadLetterSink = Pick<DeadLetters, 'put'>;

/** A terminal failure, and its dead letter or why there is none. */
export type Buried =
  | (Terminal & { readonly name: string; readonly error?: undefined })
  | (Terminal & { readonly name?: undefined; readonly error: unknown });

/** No bucket for dead letters is configured. */
export class NoStateBucketError extends AppError {
  override readonly name = 'NoStateBucketError';

  constructor() {
    super(500, 'OmsSync.NoStateBucket', 'There is no bucket for dead letters: set STATE_BUCKET.');
  }
}

/** Documents that are written at a time. */
const CONCURRENCY = 4;

/**
 * Writes a dead letter for each failure. One that cannot be written does not keep the others from it. Never rejects.
 *
 * @param deadLetters asked only where there is something to write; what it needs is not loaded before
 */
export async function bury(
  terminal: readonly Terminal[],
  origin: Origin,
  deadLetters: () => Promise<DeadLetterSink | undefined>,
): Promise<Buried[]> {
  if (terminal.length === 0) return [];
  try {
    const sink = await deadLetters();
    if (sink === undefined) throw new NoStateBucketError();
    const { makeDeadLetter } = await import('#shared/deadletters/make.ts');
    return await settle(terminal, async ({ failed }) => sink.put(makeDeadLetter(failed, origin)));
  } catch (error) {
    return terminal.map((each) => ({ ...each, error }));
  }
}

async function settle(terminal: readonly Terminal[], write: (each: Terminal) => Promise<string>): Promise<Buried[]> {
  const buried: Buried[] = [];
  const queue = terminal.entries();
  const worker = async (): Promise<void> => {
    for (const [index, each] of queue) {
      try {
        buried[index] = { ...each, name: await write(each) };
      } catch (error) {
        buried[index] = { ...each, error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, terminal.length) }, worker));
  return buried;
}
