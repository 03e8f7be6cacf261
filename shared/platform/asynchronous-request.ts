import { AppError, type Refusal, refusalOf } from '#shared/errors/base.ts';
import { field, isFields } from '#shared/events/fields.ts';
import type { Logger } from '#shared/logging/logger.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { parseJson } from '#shared/validation/json.ts';
import { formatPath } from '#shared/validation/path.ts';
import type { GatewayEvent } from './gateway-event.ts';
import { readQuery } from './query.ts';
import { readBody } from './request-body.ts';

/** Who called: a client over HTTP, the timer, or a direct invocation. */
export type Caller = 'http' | 'timer' | 'direct';

export interface AsynchronousRequest<Options> {
  readonly caller: Caller;
  readonly options: Options;
}

/** The `trigger_type` of a request over HTTP that was accepted, beside the platform's own `TIMER`. */
export const ACCEPTED = 'HTTP';

/** Whether the API gateway waits for an answer to this event. */
export function isGatewayEvent(event: unknown): event is GatewayEvent {
  return typeof field(event, 'httpMethod') === 'string';
}

function callerOf(event: unknown): Caller {
  const trigger = field(event, 'trigger_type');
  if (isGatewayEvent(event) || trigger === ACCEPTED) return 'http';
  return trigger === 'TIMER' ? 'timer' : 'direct';
}

/**
 * Reads the request of a function that is called by timer, over HTTP or directly, with nobody waiting for its answer.
 * An empty event is a request, too.
 *
 * @param event of the gateway (the body counts), a request that was accepted (its options count), of a timer (its user
 *   event counts, a text), or the options themselves
 * @param read throws a ValidationError; `what` names what it reads
 * @throws ValidationError with every problem, PayloadTooLargeError
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0207.html for timers
 */
export function readAsynchronousRequest<Options>(
  event: unknown,
  read: (value: unknown, what: string) => Options,
): AsynchronousRequest<Options> {
  const caller = callerOf(event);
  return { caller, options: readOptions(caller, event, read) };
}

function readOptions<Options>(
  caller: Caller,
  event: unknown,
  read: (value: unknown, what: string) => Options,
): Options {
  switch (caller) {
    case 'http': {
      if (!isGatewayEvent(event)) return read(field(event, 'options'), 'options');
      // Options in the query would be ignored, and a run that was meant to be dry would not be.
      for (const [name] of readQuery(event)) {
        const path = formatPath([`?${name}`]);
        throw new ValidationError([{ path, rule: 'unknown_field', message: `${path} must be in the body.` }]);
      }
      const body = readBody(event);
      return read(body === undefined ? {} : body, 'The body');
    }
    case 'timer': {
      const text = field(event, 'user_event');
      const isEmpty = text === undefined || text === null || (typeof text === 'string' && text.trim() === '');
      return read(isEmpty ? {} : typeof text === 'string' ? parseJson(text) : text, 'user_event');
    }
    case 'direct': {
      // A console's test event is an empty object, or nothing.
      const isNothing = !isFields(event) && (event === undefined || event === null || event === '');
      return read(isNothing ? {} : event, 'The event');
    }
  }
}

/**
 * Reads a request of which a wrong one is logged and not thrown: it comes asynchronously, and its retry would be as
 * wrong.
 */
export function readOrRefuse<T>(event: unknown, read: (event: unknown) => T, name: string, log: Logger): T | Refusal {
  try {
    return read(event);
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    log.error(`${name} refused`, { caller: callerOf(event), error });
    return refusalOf(error);
  }
}
