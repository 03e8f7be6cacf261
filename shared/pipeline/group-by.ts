/** Groups in the order in which their first members come. */
export function groupBy<T>(items: readonly T[], nameOf: (item: T) => string): [T, ...T[]][] {
  const byName = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = byName.get(nameOf(item));
    if (group) group.push(item);
    else byName.set(nameOf(item), [item]);
  }
  return [...byName.values()];
}
