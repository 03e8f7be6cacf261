import { type NormaliseOptions, normaliseEvent } from '#shared/events/normalise.ts';
import type { NormalisedEvent } from '#shared/events/object-change.ts';
import type { Logger } from '#shared/logging/logger.ts';
import { toBatches } from './batch.ts';
import { encodeChanges } from './encode.ts';
import { filterChanges } from './filter.ts';
import { report, reportUnrecognised, type Summary } from './report.ts';
import { routeChanges } from './route.ts';
import type { Route } from './routes.ts';
import { type SubmitOptions, submit } from './submit.ts';

export interface RunOptions extends NormaliseOptions, SubmitOptions {
  readonly routes: readonly Route[];
  readonly maxKeysPerCall: number;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * From a bucket notification to sync events: normalise, filter, route, encode, batch, submit, report.
 *
 * @throws UnrecognisedEventError where the event is no notification, SubmitFailedError where a retry may help
 */
export async function run(event: unknown, options: RunOptions): Promise<Summary> {
  const started = options.now();
  const normalised = normalise(event, options);
  const filtered = filterChanges(normalised.changes, options.routes);
  const routed = routeChanges(filtered.kept, options.routes);
  const batches = toBatches(encodeChanges(routed.routed), options.maxKeysPerCall);
  const submitted = await submit(batches, options);
  return report({ event, normalised, filtered, routed, submitted, ms: options.now() - started }, options.log);
}

function normalise(event: unknown, options: RunOptions): NormalisedEvent {
  try {
    return normaliseEvent(event, options);
  } catch (error) {
    reportUnrecognised(event, options.log);
    throw error;
  }
}
