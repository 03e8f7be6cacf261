import type { ConfigOf } from '#shared/config/read.ts';
import type { Refusal } from '#shared/errors/base.ts';
import { type Clock, systemClock } from '#shared/http/clock.ts';
import { concealWithin } from '#shared/logging/redact.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import { RateLimiter } from '#shared/pipeline/rate-limiter.ts';
import { TaskStates } from '#shared/pipeline/task-states.ts';
import {
  type AsynchronousRequest,
  readAsynchronousRequest,
  readOrRefuse,
} from '#shared/platform/asynchronous-request.ts';
import type { Services } from '#shared/platform/http.ts';
import type { Invocation } from '#shared/platform/invocation.ts';
import { objectStoreFactory } from '#shared/platform/object-store.ts';
import { type RedriveOptions, readRedriveOptions } from '#shared/redrive/options.ts';
import { prepareRedrive } from '#shared/redrive/prepare.ts';
import { redrive } from '#shared/redrive/redrive.ts';
import type { RedriveReport } from '#shared/redrive/report.ts';
import { readPosition, writeReport } from '#shared/redrive/reports.ts';
import type { variables } from './variables.ts';

type Config = ConfigOf<typeof variables>;

export interface RedriveFunctionOptions {
  readonly clock?: Clock;
  readonly store?: (config: Config, invocation: Invocation) => Promise<ObjectStore | undefined>;
}

/**
 * Submits again what was not accepted: by POST /redrive, once its request was accepted, by timer, or called directly
 * with the options as the event.
 *
 * A wrong request is logged and not thrown: it comes asynchronously, and its retry would be as wrong.
 *
 * @returns the function of one instance; it throws where the state bucket cannot be read
 */
export function createRedrive({
  clock = systemClock,
  store: storeOf = objectStoreFactory(),
}: RedriveFunctionOptions = {}) {
  const now = () => clock.now();
  const states = new TaskStates({ now });
  let limiter: RateLimiter | undefined;
  return async (event: unknown, services: Services<Config>): Promise<RedriveReport | Refusal> => {
    const { config, invocation, oms } = services;
    const { log } = invocation;
    const request = readOrRefuse(event, readRedriveRequest, 'redrive', log);
    if ('error_code' in request) return request;
    const { caller, options } = request;
    const store = await storeOf(config, invocation);
    if (store === undefined) throw new Error('The variables of the state bucket were not checked.');
    const place = { store, bucket: config.stateBucket };
    limiter ??= new RateLimiter({ perSecond: config.callsPerSecond, now, sleep: (ms) => clock.sleep(ms) });
    const redact = (text: string) => log.redact(text);
    const save = async (run: RedriveReport): Promise<void> => {
      const report = concealed(run, redact);
      const { documents, keys, calls, stopped, remains, causes } = report;
      log.info('redrive', { caller, ...(stopped && { stopped }), remains, documents, keys, calls, causes });
      try {
        await writeReport({ ...report, caller, options }, place);
      } catch (error) {
        // The work is done, and the line above tells of it.
        log.error('report not written', { error });
      }
    };
    const run = await redrive({
      ...prepareRedrive(config, { store, oms, limiter, states, clock }, options),
      remaining: () => invocation.remainingTime,
      backoff: caller === 'timer',
      from: await readPosition(options, place, log),
      id: invocation.requestId ?? String(now()),
      redact,
      log,
      save,
    });
    return concealed(run, redact);
  };
}

/** Codes are read from documents, and those may be anybody's. */
function concealed(report: RedriveReport, redact: (text: string) => string): RedriveReport {
  return concealWithin(report, redact) as RedriveReport;
}

/**
 * Reads what a redrive is asked. Nothing at all is a request, too: redrive everything.
 *
 * @param event of the gateway, accepted, of a timer, or the options themselves
 * @throws ValidationError with every problem, PayloadTooLargeError
 */
export function readRedriveRequest(event: unknown): AsynchronousRequest<RedriveOptions> {
  return readAsynchronousRequest(event, readRedriveOptions);
}
