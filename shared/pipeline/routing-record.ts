import { createHash } from 'node:crypto';
import type { KeyEncodings } from '#shared/events/sources.ts';
import type { Route } from './routes.ts';

/** Result of routing an event, as a failed invocation tells it to redrive. */
export interface RoutingRecord {
  readonly pairs: number;
  /** Digest of the settings that decided it (digestOfRouting). Earlier releases wrote none. */
  readonly digest?: string | undefined;
}

/** First in a message, so that it survives wherever the platform cuts the text; without quotes, which it may escape. */
const RECORD = /\[pairs=(\d{1,9}) routing=([0-9a-f]{16})\]/;
/** Release 0.1.0 wrote the count into its sentence. */
const EARLIER = /\b\d+ of (\d{1,9}) keys/;
const MARK = '[pairs=';

/** Names the settings that decide which tasks an object goes to: routes in any order, and how keys are decoded. */
export function digestOfRouting(routes: readonly Route[], keyEncodings: KeyEncodings): string {
  const lines = routes.map(({ source, sync_task_id }) =>
    JSON.stringify([source.bucket, source.prefix ?? '', sync_task_id]),
  );
  const encodings = Object.entries(keyEncodings).map((each) => JSON.stringify(each));
  const settings = JSON.stringify([lines.sort(), encodings.sort()]);
  return createHash('sha256').update(settings).digest('hex').slice(0, 16);
}

export function writeRoutingRecord(pairs: number, digest: string): string {
  return `[pairs=${pairs} routing=${digest}]`;
}

const FAILURE = /\[failure=(OmsSync\.[A-Za-z0-9]{1,40})\]/;

/** Names the failure in a mark of its own, behind the record: earlier releases read that to its bracket. */
export function writeFailure(code: string): string {
  return `[failure=${code}]`;
}

/** The code of the failure that a message names. */
export function readFailure(message: string): string | undefined {
  return FAILURE.exec(message)?.[1];
}

/** @returns undefined where the message does not tell */
export function readRoutingRecord(message: string): RoutingRecord | undefined {
  const [, pairs, digest] = RECORD.exec(message) ?? [];
  if (digest !== undefined) return { pairs: Number(pairs), digest };
  // A record that was cut is none, whatever the sentence behind it says.
  const [, earlier] = message.includes(MARK) ? [] : (EARLIER.exec(message) ?? []);
  // Release 0.1.0 wrote nothing when there were no keys.
  return Number(earlier) > 0 ? { pairs: Number(earlier) } : undefined;
}
