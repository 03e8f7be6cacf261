import { createSyncTask, deleteSyncTask, startSyncTask, stopSyncTask } from './actions/change-task.ts';
import { createSyncEvents } from './actions/create-sync-events.ts';
import { listSyncTaskStatistic, listSyncTasks, showSyncTask } from './actions/show-tasks.ts';
import { APIGW, badRequest, OMS, OmsFault } from './errors.ts';
import type { Operation } from './operation.ts';

export const OPERATIONS: readonly Operation[] = [
  ...[createSyncTask, showSyncTask, createSyncEvents, listSyncTasks],
  ...[startSyncTask, stopSyncTask, deleteSyncTask, listSyncTaskStatistic],
];

export interface Match {
  readonly operation: Operation;
  readonly path: Readonly<Record<string, string>>;
}

/**
 * The operation of a request in a region, with its decoded path parameters.
 * @throws OmsFault 404 APIGW.0101 where the gateway knows no such API, 400 for a path that is not URL-encoded
 */
export function route(region: string, method: string, rawPath: string): Match {
  const segments = (rawPath.length > 1 && rawPath.endsWith('/') ? rawPath.slice(0, -1) : rawPath).split('/');
  for (const operation of OPERATIONS) {
    if (operation.method !== method || operation.regions?.includes(region) === false) continue;
    const path = match(operation.template.split('/'), segments);
    if (path) return { operation, path };
  }
  throw new OmsFault(404, APIGW.noSuchApi, 'The API does not exist or has not been published in the environment');
}

function match(template: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (template.length !== segments.length) return undefined;
  const path: Record<string, string> = {};
  for (const [index, part] of template.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith('{')) {
      if (segment === '') return undefined;
      path[part.slice(1, -1)] = decode(segment);
    } else if (part !== segment) return undefined;
  }
  return path;
}

/** Query parameters; of a repeated one, the last. `+` is a space, as in every form. */
export function parseQuery(rawQuery: string): Record<string, string> {
  const query: Record<string, string> = {};
  for (const part of rawQuery.split('&')) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const name = at < 0 ? part : part.slice(0, at);
    query[decode(name.replaceAll('+', ' '))] = at < 0 ? '' : decode(part.slice(at + 1).replaceAll('+', ' '));
  }
  return query;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badRequest(OMS.invalidRequest, 'The request URL is not URL-encoded.');
  }
}
