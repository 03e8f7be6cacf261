import type { ReconcileRoute } from '../run-options.ts';
import { routeDigest } from './checkpoint.ts';

/** Names that can be a folder in a key and that people can read. */
const FOLDER = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/;

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
    return `${readable}.${digestOf(route).slice(0, 12)}`;
  });
}

function digestOf({ source, destination, sync_task_id: syncTaskId }: ReconcileRoute): string {
  return routeDigest({ source, destination: { ...destination, bucket: destination?.bucket ?? '' }, syncTaskId });
}
