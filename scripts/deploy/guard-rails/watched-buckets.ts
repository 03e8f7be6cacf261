import type { FunctionEvent } from '../../serverless/config.ts';

export interface WatchingFunction {
  readonly events?: readonly FunctionEvent[];
}

export interface Watcher {
  /** Key of the function. */
  readonly key: string;
  /** The watched objects, in words: `all of bucket b`. */
  readonly whole: string;
}

/** Functions that an object below the prefix would, or could, trigger. */
export function watchers(
  functions: Readonly<Record<string, WatchingFunction>>,
  bucket: string,
  prefix: string,
): Watcher[] {
  // Two that are not named yet are not one.
  if (bucket === '') return [];
  return Object.entries(functions).flatMap(([key, { events = [] }]) =>
    events.flatMap((event) => {
      const watched = watchedBy(event);
      if (watched?.bucket !== bucket) return [];
      const { prefix: scope = '' } = watched;
      if (!prefix.startsWith(scope) && !scope.startsWith(prefix)) return [];
      return [{ key, whole: scope === '' ? `all of bucket ${bucket}` : `${scope} of bucket ${bucket}` }];
    }),
  );
}

/** The bucket, and the names in it, that an event watches. */
export function watchedBy(event: FunctionEvent): { readonly bucket: string; readonly prefix?: string } | undefined {
  if ('eventgrid' in event) return event.eventgrid;
  return 'obs' in event ? event.obs : undefined;
}
