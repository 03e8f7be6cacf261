export interface Selection {
  readonly event: unknown;
  /** New path of each record by its path in the whole event. */
  readonly paths: ReadonlyMap<string, string>;
}

const ENTRY = /^\[(\d+)\](.*)$/;

/**
 * Chooses entries of a list, each once, in the order of the list.
 *
 * @param name of the list, with which every path begins: `Records` in `Records[2]`
 * @param paths of entries, or of what stands within them
 * @param within chooses inside an entry, by what follows the entry in the paths; without it entries are kept whole
 * @returns the chosen entries; undefined where a path leads nowhere
 */
export function selectEntries(
  list: unknown,
  name: string,
  paths: readonly string[],
  within?: (entry: unknown, rests: readonly string[]) => Selection | undefined,
): Selection | undefined {
  if (!Array.isArray(list) || paths.length === 0) return undefined;
  const restsByIndex = new Map<number, string[]>();
  for (const path of paths) {
    const [, digits, rest = ''] = (path.startsWith(name) && ENTRY.exec(path.slice(name.length))) || [];
    const index = Number(digits ?? list.length);
    if (index >= list.length || (rest !== '' && !within)) return undefined;
    const rests = restsByIndex.get(index);
    if (rests) rests.push(rest);
    else restsByIndex.set(index, [rest]);
  }
  const entries: unknown[] = [];
  const places = new Map<string, string>();
  for (const [index, rests] of [...restsByIndex].sort(([a], [b]) => a - b)) {
    const entry: unknown = list[index];
    const chosen = rests.includes('') ? whole(entry, rests) : within?.(entry, rests);
    if (chosen === undefined) return undefined;
    for (const [rest, place] of chosen.paths)
      places.set(`${name}[${index}]${rest}`, `${name}[${entries.length}]${place}`);
    entries.push(chosen.event);
  }
  return { event: entries, paths: places };
}

/** Everything, where it is. */
export function whole(event: unknown, paths: readonly string[]): Selection {
  return { event, paths: new Map(paths.map((path) => [path, path])) };
}
