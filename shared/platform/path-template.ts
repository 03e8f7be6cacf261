/** The outcome of comparing a request's path with a template. Values are still percent-encoded. */
export type PathMatch = ReadonlyMap<string, string>;

/**
 * Compares a path with a template such as `/sync-tasks/{sync_task_id}/events`. Whatever precedes the template's
 * first segment (the stage, the base path of an API) is tolerated: gateways differ in what they leave of it.
 *
 * The path itself is read because gateways deliver wildcard parameters under odd names, APIG under an empty one.
 *
 * @param template literal segments and `{name}` segments
 * @param path as the request line had it, percent-encoded; a query string is ignored
 * @returns the encoded value of every named segment, or undefined where the path does not match
 */
export function matchPath(template: string, path: string): PathMatch | undefined {
  const expected = template.split('/').slice(1);
  const [withoutQuery = ''] = path.split('?', 1);
  const actual = withoutQuery.split('/').slice(1);
  const start = actual.length - expected.length;
  if (start < 0) return undefined;
  const values = new Map<string, string>();
  for (const [index, segment] of expected.entries()) {
    const found = actual[start + index] ?? '';
    if (segment.startsWith('{')) values.set(segment.slice(1, -1), found);
    else if (segment !== found) return undefined;
  }
  return values;
}
