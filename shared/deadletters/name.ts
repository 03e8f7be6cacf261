import { createHash } from 'node:crypto';
import type { DeadLetter } from './document.ts';

export interface Identity {
  readonly kind: DeadLetter['kind'];
  readonly syncTaskId: string | undefined;
  readonly code: string;
  readonly event: unknown;
  /** Set where the event has no time, so that two that look the same are told apart. */
  readonly requestId: string | undefined;
  /** Set where the event does not tell which of its objects it is about, so that parts of one letter stay apart. */
  readonly keys?: readonly unknown[] | undefined;
}

/**
 * The hash of a dead letter's content: 32 hexadecimal digits.
 *
 * The same failure of the same event gives the same hash, so the platform's retry of an invocation writes over its own
 * document instead of adding one, and two different notifications never share one. That is why a document may be
 * deleted without a condition once what it names was submitted, also on a store that ignores conditions: whoever wrote
 * it again in the meantime wrote of the same notification, and its objects were uploaded before they were submitted.
 * Two events without a time may be alike word for word, and the later upload would be deleted with the earlier one;
 * such an event is told apart by its request.
 */
export function deadLetterId({ kind, syncTaskId = '', code, event, requestId = '', keys }: Identity): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([kind, syncTaskId, code, event, requestId, ...(keys === undefined ? [] : [keys])]));
  return hash.digest('hex').slice(0, 32);
}

const ISO = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)/;

/**
 * The name of a dead letter below the prefix: `2026-09-30/03-24-43-<id>.json`, or `undated/<id>.json`. Names sort by the
 * time of the event.
 */
export function deadLetterName({ id, event_time }: Pick<DeadLetter, 'id' | 'event_time'>): string {
  const [, date, hours, minutes, seconds] = ISO.exec(event_time ?? '') ?? [];
  return date === undefined ? `undated/${id}.json` : `${date}/${hours}-${minutes}-${seconds}-${id}.json`;
}
