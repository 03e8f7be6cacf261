import { parseRoutes } from '#shared/pipeline/routes.ts';
import type { ServerlessConfig } from '../../serverless/config.ts';
import { watchedBy } from './watched-buckets.ts';

/**
 * Names of the account that the environment leaves out. Other commands do without; nothing here has a default, which
 * would be the name of somebody else's.
 *
 * @param only keys of functions; all where it is left out
 * @returns one sentence per variable to set
 */
export function absentNames(
  { functions, apiGateway, eventGrid }: ServerlessConfig,
  only?: readonly string[],
): string[] {
  const chosen = Object.entries(functions).filter(([key]) => only === undefined || only.includes(key));
  const has = (kind: string): boolean => chosen.some(([, { events }]) => events.some((event) => kind in event));
  const source = chosen.find(([, { events }]) => events.some((event) => watchedBy(event)?.bucket === ''));
  return [
    ...absentOfFunctions(Object.fromEntries(chosen)),
    source &&
      `functions.${source[0]} is triggered by no bucket: set OMS_SYNC_SOURCE_BUCKET to the bucket that is replicated`,
    has('apig') &&
      !apiGateway?.group &&
      'provider.apiGateway.group is empty: set OMS_SYNC_APIG_GROUP to the id of the API group that `apig` events are published in',
    has('eventgrid') &&
      !eventGrid?.channelId &&
      "provider.eventGrid.channelId is empty: set OMS_SYNC_EVENTGRID_CHANNEL_ID to the id of EventGrid's channel `default`",
    has('eventgrid') &&
      !eventGrid?.agency &&
      'provider.eventGrid.agency is empty: set OMS_SYNC_EVENTGRID_AGENCY to the agency by which EventGrid invokes functions (the console creates fgs_to_eg)',
  ].filter((problem) => typeof problem === 'string');
}

/** Names from {@link absentNames} that policies need, too. */
export function absentOfFunctions(functions: ServerlessConfig['functions']): string[] {
  const all = Object.entries(functions);
  const agency = all.find(([, { agency: name }]) => name === '' || name?.startsWith('-'));
  const state = all.find(
    ([, { environment, async: policy }]) =>
      environment['STATE_BUCKET'] === '' || (policy.onFailure?.type === 'OBS' && policy.onFailure.bucket === ''),
  );
  return [
    agency &&
      `functions.${agency[0]}.agency is empty: set OMS_SYNC_AGENCY_PREFIX to how the names of your agencies begin (docs/reference/permissions.md), or OMS_SYNC_AGENCY to one for all`,
    state && `functions.${state[0]} has no state bucket: set OMS_SYNC_STATE_BUCKET to a bucket of yours`,
  ].filter((problem) => problem !== undefined);
}

/**
 * Triggers of which no route takes anything: every upload would become a dead letter. Right only before there is a sync
 * task.
 *
 * @param functions whose ROUTES have been checked
 */
export function unroutedTriggers(functions: ServerlessConfig['functions'], only?: readonly string[]): string[] {
  return Object.entries(functions).flatMap(([key, fn]) => {
    const text = fn.environment['ROUTES'];
    if (!text || (only && !only.includes(key))) return [];
    const routes = parseRoutes(text);
    return fn.events.flatMap((event, index) => {
      const watched = watchedBy(event);
      if (!watched?.bucket) return [];
      const { bucket, prefix = '' } = watched;
      const isRouted = routes.some(({ source: { bucket: name, prefix: from = '' } }) =>
        name === bucket ? from.startsWith(prefix) || prefix.startsWith(from) : false,
      );
      if (isRouted) return [];
      return [
        `functions.${key}.events[${index}]: no route takes what is uploaded to ${bucket}${prefix && ` below ${prefix}`}, so all of it ` +
          'would become dead letters: name it in OMS_SYNC_ROUTES, or deploy with --allow-unrouted until there is a sync task',
      ];
    });
  });
}

/** HTTP functions that ask for no name, as sentences. */
export function openRoutes(functions: ServerlessConfig['functions'], keys: readonly string[]): string[] {
  return keys.flatMap((key) =>
    (functions[key]?.events ?? []).flatMap((event, index) =>
      'apig' in event && event.apig.auth === 'NONE'
        ? [
            `${event.apig.method} ${event.apig.path} is open to everybody who finds its address (functions.${key}.events[${index}].apig.auth is NONE)`,
          ]
        : [],
    ),
  );
}
