import { eventVariables } from '#shared/config/oms.ts';
import type { ConfigOf } from '#shared/config/read.ts';
import { choiceVariable, parsedVariable, required, withDefault } from '#shared/config/variable.ts';
import type { Services } from '#shared/middleware/http.ts';
import type { Summary } from '#shared/pipeline/report.ts';
import { parseRoutes } from '#shared/pipeline/routes.ts';
import { run } from '#shared/pipeline/run.ts';

const encodings = ['form', 'rfc3986', 'raw'] as const;

/** The variables of this function. */
export const variables = {
  ...eventVariables,
  routes: required(
    parsedVariable('ROUTES', { hint: 'JSON, see docs/routes.schema.json; [] for no route', parse: parseRoutes }),
  ),
  eventGridKeyEncoding: withDefault(
    choiceVariable('EVENTGRID_KEY_ENCODING', { hint: 'form where the trigger has Key_encode on', values: encodings }),
    'form',
  ),
  obsKeyEncoding: withDefault(
    choiceVariable('OBS_KEY_ENCODING', { hint: 'form, as the vendor documents', values: encodings }),
    'form',
  ),
} as const;

/** A notification of OBS: the objects that it names become sync events of the tasks that the routes say. */
export function onObjectCreated(
  event: unknown,
  { config, invocation, oms }: Services<ConfigOf<typeof variables>>,
): Promise<Summary> {
  return run(event, {
    routes: config.routes,
    eventGridKeyEncoding: config.eventGridKeyEncoding,
    obsKeyEncoding: config.obsKeyEncoding,
    maxKeysPerCall: config.maxKeysPerCall,
    concurrency: config.concurrency,
    send: (call) => oms.createSyncEvents(call),
    remaining: () => invocation.remainingTime,
    log: invocation.log,
    now: Date.now,
  });
}
