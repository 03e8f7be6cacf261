import { createHash } from 'node:crypto';
import type { ReconcileRoute } from './run-options.ts';

/** Names that can be a folder in a key and that people can read. */
const FOLDER = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/;

/** Names what a pass compares, in 32 hexadecimal digits: where any of it changes, a checkpoint is worth nothing. */
export function routeDigest({ source, destination, sync_task_id }: ReconcileRoute): string {
  const places = [source, destination].map((place) => [place?.bucket ?? '', place?.region, place?.endpoint]);
  return createHash('sha256')
    .update(JSON.stringify([places, source.cloud, source.prefix ?? '', sync_task_id]))
    .digest('hex')
    .slice(0, 32);
}

/**
 * The folder of the state bucket in which the state of each route is kept: its name, where it has one that is good for
 * it and that no other route has; else a name made of what it compares.
 *
 * @returns in the order of the routes, each without slashes
 */
export function routeFolders(routes: readonly ReconcileRoute[]): string[] {
  const names = routes.map(({ name }) => (name !== undefined && FOLDER.test(name) ? name : undefined));
  return routes.map((route, index) => {
    const name = names[index];
    if (name !== undefined && names.indexOf(name) === names.lastIndexOf(name)) return name;
    const readable = (name ?? route.source.bucket).replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(0, 40);
    return `${readable}.${routeDigest(route).slice(0, 12)}`;
  });
}
