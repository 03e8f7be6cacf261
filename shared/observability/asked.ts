import { AppError } from '#shared/errors/base.ts';
import { classify } from '#shared/pipeline/failures.ts';
import type { Cause } from './station.ts';

/** An answer, or why there is none. */
export type Asked<T> = { readonly value: T } | { readonly cause: Cause };

export function answerOf<T>(asked: Asked<T>): T | undefined {
  return 'value' in asked ? asked.value : undefined;
}

/** A failed question as a cause: the table of failures has its remedy. */
function causeOf(error: unknown): Cause {
  const { code, remedy } = classify(error);
  if (!(error instanceof AppError)) return { code, message: 'An unexpected error; see the log.', remedy };
  const { message } = error;
  if (code !== 'OmsSync.Internal') return { code, message, remedy };
  // Routes and variables, and what a command asks, have codes of their own.
  return { code: error.code, message, remedy: 'Correct what the message names, and ask again.' };
}

/**
 * Asks, and says why there is no answer where the question fails or takes too long.
 *
 * @param ms milliseconds after which nobody waits any more
 */
export async function askFor<T>(ms: number, question: () => Promise<T>): Promise<Asked<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Asked<T>>((resolve) => {
    const message = `No answer within ${Math.round(ms)} ms.`;
    const cause = { code: 'OmsSync.DeadlineExceeded', message, remedy: 'Ask again.' };
    timer = setTimeout(() => resolve({ cause }), ms);
  });
  try {
    return await Promise.race([question().then((value) => ({ value })), late]);
  } catch (error) {
    return { cause: causeOf(error) };
  } finally {
    clearTimeout(timer);
  }
}
