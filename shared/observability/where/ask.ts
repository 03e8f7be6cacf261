import { AppError } from '#shared/errors/base.ts';
import { classify } from '#shared/pipeline/failures.ts';
import { type Cause, isoOf, type StateOf, type Station, type StationName } from '../station.ts';

/** Makes a station. @param at milliseconds since the epoch */
export function station<N extends StationName>(
  name: N,
  state: StateOf<N>,
  detail: string,
  { at, cause }: { readonly at?: number | undefined; readonly cause?: Cause | undefined } = {},
): Station<N> {
  return { name, state, at: isoOf(at), detail, ...(cause && { cause }) };
}

/** A station that nobody asked, or that did not answer. */
export function unknownStation<N extends StationName>(name: N, code: string, detail: string, remedy: string) {
  return station(name, 'unknown', detail, { cause: { code, message: detail, remedy } });
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
 * Asks a station, and answers in its place where it fails or takes too long.
 *
 * @param ms milliseconds after which nobody waits any more
 */
export async function ask<N extends StationName>(
  name: N,
  ms: number,
  question: () => Promise<Station<N>>,
): Promise<Station<N>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Station<N>>((resolve) => {
    const answer = () => unknownStation(name, 'OmsSync.DeadlineExceeded', `No answer within ${ms} ms.`, 'Ask again.');
    timer = setTimeout(() => resolve(answer()), ms);
  });
  try {
    return await Promise.race([question(), late]);
  } catch (error) {
    const cause = causeOf(error);
    return station(name, 'unknown', cause.message, { cause });
  } finally {
    clearTimeout(timer);
  }
}
