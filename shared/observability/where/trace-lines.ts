import { encodeOmsKey } from '#shared/encoding/encode.ts';
import { field, optionalText } from '#shared/events/fields.ts';
import { FAILURES, type FailureCode } from '#shared/pipeline/failures.ts';
import { type Cause, isoOf, type Station } from '../station.ts';
import { station, unknownStation } from './ask.ts';
import type { NamedObject } from './trigger.ts';

/** A line of a function's log. */
export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly time: number | undefined;
  readonly text: string;
}

/** LTS makes lines searchable within this time, by its documentation. */
const SEARCHABLE = 'Lines are searchable up to 2 minutes after they were written.';
const NOT_READ = 'Run oms-sync where: it reads the logs of the functions.';

/**
 * A word that every log line about the object has. LTS finds whole words only, and a key is several: the longest word
 * of its last segment tells most.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-lts/lts_04_0052.html
 */
export function searchWord(key: string): string {
  const segments = key.split('/').filter((segment) => segment !== '');
  const words = (segments.at(-1) ?? key).split(/[\s,'"=;()[\]{}@&<>/:?\\*]+/);
  return words.reduce((longest, word) => (word.length > longest.length ? word : longest), '');
}

/** Reads an object's notification from the functions' logs; the newest line counts. */
export function notificationStation(lines: readonly LogLine[], object: NamedObject): Station<'notification'> {
  const events = lines
    .flatMap((line) => readLine(line, object))
    .sort((one, other) => (other.time ?? 0) - (one.time ?? 0));
  const [last] = events;
  if (!last) return station('notification', 'not_seen', `No line of the logs names the object. ${SEARCHABLE}`);
  const by = `${last.functionName}, request ${last.requestId}`;
  if (last.cause)
    return station('notification', 'failing', `The last attempt failed (${last.cause.code}): ${by}.`, {
      at: last.time,
      cause: last.cause,
    });
  const oms = last.omsRequestId === undefined ? '' : `, OMS request ${last.omsRequestId}`;
  return station('notification', 'received', `OMS accepted it from ${by}${oms}.`, { at: last.time });
}

export function notAsked(name: 'notification' | 'queue', why: string): Station<'notification' | 'queue'> {
  return unknownStation(name, 'OmsSync.NotAsked', why, NOT_READ);
}

interface Trace {
  readonly time: number | undefined;
  readonly functionName: string;
  readonly requestId: string;
  readonly omsRequestId?: string | undefined;
  /** Present where the attempt failed. */
  readonly cause?: Cause;
}

function readLine({ time, text }: LogLine, { bucket, key }: NamedObject): Trace[] {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return [];
  }
  const at = time ?? Date.parse(optionalText(line, 'time') ?? '');
  const common = {
    time: isoOf(at) === null ? undefined : at,
    functionName: optionalText(line, 'function') ?? 'a function',
    requestId: optionalText(line, 'request_id') ?? '',
  };
  const calls = field(line, 'accepted_keys');
  if (Array.isArray(calls)) {
    const encoded = encodeOmsKey(key);
    const call: unknown = calls.find((each) => {
      const own = optionalText(each, 'bucket');
      const keys = field(each, 'keys');
      return (
        (own === undefined || own === bucket) &&
        Array.isArray(keys) &&
        keys.some((one) => one === key || one === encoded)
      );
    });
    return call === undefined ? [] : [{ ...common, omsRequestId: optionalText(call, 'oms_request_id') }];
  }
  const code = optionalText(line, 'failure') ?? optionalText(line, 'failure_code');
  if (code === undefined || optionalText(line, 'key') !== key || (optionalText(line, 'bucket') ?? bucket) !== bucket)
    return [];
  const known = FAILURES[code as FailureCode];
  const message = optionalText(field(line, 'error'), 'message') ?? 'OMS did not accept the object.';
  return [{ ...common, cause: { code, message, remedy: known?.remedy ?? 'See the log.' } }];
}
