import { askFor } from '../asked.ts';
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
  const asked = await askFor(ms, question);
  return 'value' in asked ? asked.value : station(name, 'unknown', asked.cause.message, { cause: asked.cause });
}
