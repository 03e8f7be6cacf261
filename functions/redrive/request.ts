import { field, isFields } from '#shared/events/fields.ts';
import type { GatewayEvent } from '#shared/middleware/gateway-event.ts';
import { readBody } from '#shared/middleware/request-body.ts';
import { type RedriveOptions, readRedriveOptions } from '#shared/redrive/options.ts';
import { parseJson } from '#shared/validation/json.ts';

/** Who called: a client over HTTP, the timer, or a direct invocation. */
export type Caller = 'http' | 'timer' | 'direct';

export interface RedriveRequest {
  readonly caller: Caller;
  readonly options: RedriveOptions;
}

/** @returns who called, whatever the event holds besides */
export function callerOf(event: unknown): Caller {
  if (typeof field(event, 'httpMethod') === 'string') return 'http';
  return field(event, 'trigger_type') === 'TIMER' ? 'timer' : 'direct';
}

/**
 * Reads what a redrive is asked. Nothing at all is a request, too: redrive everything.
 *
 * @param event of the gateway (the body counts), of a timer (its user event counts, a text), or the options themselves
 * @throws ValidationError with every problem, PayloadTooLargeError
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0207.html for timers
 */
export function readRedriveRequest(event: unknown): RedriveRequest {
  const caller = callerOf(event);
  return { caller, options: readOptions(caller, event) };
}

function readOptions(caller: Caller, event: unknown): RedriveOptions {
  switch (caller) {
    case 'http':
      return readRedriveOptions(readBody(event as GatewayEvent) ?? {}, 'The body');
    case 'timer': {
      const text = field(event, 'user_event');
      const isEmpty = text === undefined || text === null || (typeof text === 'string' && text.trim() === '');
      return isEmpty ? {} : readRedriveOptions(typeof text === 'string' ? parseJson(text) : text, 'user_event');
    }
    case 'direct':
      // A console's test event is an empty object, or nothing.
      return isFields(event) || Array.isArray(event) ? readRedriveOptions(event, 'The event') : readNothing(event);
  }
}

function readNothing(event: unknown): RedriveOptions {
  return event === undefined || event === null || event === '' ? {} : readRedriveOptions(event, 'The event');
}
