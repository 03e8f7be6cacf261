import { UnrecognisedEventError } from '#shared/events/errors.ts';
import type { NormalisedEvent } from '#shared/events/object-change.ts';
import { type KeyEncodings, normaliseEvent } from '#shared/events/sources.ts';
import type { Logger } from '#shared/logging/logger.ts';
import { AcceptedTrace, type LogKeys } from './accepted-trace.ts';
import { encodeChanges, toBatches } from './batch.ts';
import { filterChanges, type OwnState } from './filter.ts';
import { report, type Summary } from './report.ts';
import { routeChanges } from './route.ts';
import { type Route, routedBuckets } from './routes.ts';
import { digestOfRouting } from './routing-record.ts';
import { type SubmitOptions, submit } from './submit.ts';
import { terminalFailures } from './terminal.ts';
import { type DeadLetterSink, writeDeadLetters } from './write-dead-letters.ts';

export interface RunOptions extends SubmitOptions {
  readonly keyEncodings: KeyEncodings;
  readonly routes: readonly Route[];
  readonly maxKeysPerCall: number;
  /** Writes dead letters; undefined where no bucket is configured. Asked only where there are some. */
  readonly deadLetters: () => Promise<DeadLetterSink | undefined>;
  readonly state?: OwnState | undefined;
  readonly functionName: string;
  readonly requestId: string;
  readonly logKeys?: LogKeys;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Turns a bucket notification into sync events: normalise, filter, route, encode, batch, submit, dead letters, report.
 *
 * @throws SubmitFailedError where a retry may help, DeadLetterFailedError where nothing holds what can never succeed
 */
export async function run(event: unknown, options: RunOptions): Promise<Summary> {
  const started = options.now();
  const { routes, log, functionName, requestId } = options;
  const { normalised, unrecognised } = normalise(event, options.keyEncodings);
  const filtered = filterChanges(normalised.changes, routes, options.state);
  const routed = routeChanges(filtered.kept, routes);
  const known = routedBuckets(routes);
  const misdirected = routed.unrouted.filter(({ bucket }) => !known.has(bucket));
  const batches = toBatches(encodeChanges(routed.routed), options.maxKeysPerCall);
  const submitted = await submit(batches, options);
  const { outcomes } = submitted;
  const trace = new AcceptedTrace(options.logKeys);
  trace.addAll(routed.routed, outcomes);
  trace.write(log);
  const deadLettered = await writeDeadLetters(
    terminalFailures({ normalised, unrecognised, routed, misdirected, batches, outcomes }),
    { event, functionName, requestId, now: options.now(), redact: (text) => log.redact(text) },
    options.deadLetters,
  );
  const ms = options.now() - started;
  const routing = () => digestOfRouting(routes, options.keyEncodings);
  return report(
    { event, normalised, unrecognised, filtered, routed, misdirected, submitted, deadLettered, routing, ms },
    log,
  );
}

interface Normalised {
  readonly normalised: NormalisedEvent;
  readonly unrecognised?: UnrecognisedEventError;
}

/** An unrecognised event yields no records. */
function normalise(event: unknown, keyEncodings: KeyEncodings): Normalised {
  try {
    return { normalised: normaliseEvent(event, keyEncodings) };
  } catch (error) {
    if (!(error instanceof UnrecognisedEventError)) throw error;
    return { normalised: { changes: [], ignored: [], rejected: [], records: 0 }, unrecognised: error };
  }
}
