const STEP = /[^.[\]]+/g;

/**
 * The record of an event that a path such as `Records[2]` or `events[0]` names, for the log: what could not be read has
 * no other description.
 *
 * @returns the whole event for an empty path, undefined where there is nothing
 */
export function recordAt(event: unknown, path: string): unknown {
  let value = event;
  for (const [step] of path.matchAll(STEP)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}
