import { RecordCollector } from './collector.ts';
import { UnrecognisedEventError } from './errors.ts';
import type { NormalisedEvent } from './object-change.ts';
import { type KeyEncodings, SOURCES, sourcesOf } from './sources.ts';

/**
 * Reads notifications, in every shape in which a source sends them, into changes of objects. Every record is read; one
 * that cannot be is rejected with the path of what is wrong, and its neighbours stay.
 *
 * @param event the parsed payload
 * @throws UnrecognisedEventError when no source recognises the payload
 */
export function normaliseEvent(event: unknown, keyEncodings: KeyEncodings): NormalisedEvent {
  const sources = sourcesOf(event);
  if (sources.length === 0) throw new UnrecognisedEventError(SOURCES.map(({ shape }) => shape));
  const collector = new RecordCollector();
  for (const { name, read } of sources) read(event, keyEncodings[name], collector);
  return collector.result();
}
