import type { KeyEncoding } from '#shared/encoding/decode.ts';
import { UnrecognisedEventError } from './errors.ts';
import { eventGrid } from './event-grid.ts';
import type { NormalisedEvent } from './object-change.ts';
import { obs } from './obs.ts';
import { type Selection, whole } from './select.ts';
import { type EventSource, RecordCollector } from './source.ts';

/** Every source of notifications. A payload may hold records of several: each reads its own. */
export const SOURCES = [obs, eventGrid] as const satisfies readonly EventSource[];

export type SourceName = (typeof SOURCES)[number]['name'];

/** How each source writes keys. */
export type KeyEncodings = Readonly<Record<SourceName, KeyEncoding>>;

/** The sources that have written an event; none where it is no notification. */
export function sourcesOf(event: unknown): readonly (typeof SOURCES)[number][] {
  return SOURCES.filter((source) => source.recognises(event));
}

/**
 * The smallest event of the same shape that holds just these records, in their order.
 *
 * Where no source recognises the chosen records by themselves (`Records: [null, {"s3": ...}]` has one of these), reading
 * them says that they are no notification.
 *
 * @param paths as ObjectChange and RejectedRecord have them; with one that leads nowhere, the event stays whole
 */
export function minimalEvent(event: unknown, paths: readonly string[]): Selection {
  for (const source of SOURCES) {
    const selection = source.select(event, paths);
    if (selection !== undefined) return selection;
  }
  return whole(event, paths);
}

/** When the records of an event were written, RFC 3339. */
export function eventTimes(event: unknown): string[] {
  return SOURCES.flatMap((source) => source.times(event)).filter((time) => time !== undefined);
}

/** Entries of the lists of an event, each of which may become a change or a rejection. */
export function countRecords(event: unknown): number {
  return SOURCES.reduce((sum, source) => sum + source.count(event), 0);
}

/** Whether a text in a notification names a bucket or an object, by its field and that field's parent. */
export function isObjectName(parent: string, name: string): boolean {
  return SOURCES.some((source) => source.names.has(`${parent}.${name}`));
}

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
