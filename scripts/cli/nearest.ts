/** Letters by which a name may differ from the one that was meant. */
const NEAR = 3;

/** The known name that a misspelt one is nearest to; undefined where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const far = Math.min(NEAR, Math.floor(name.length / 3));
  const near = known
    .map((one) => [distance(name.toLowerCase(), one.toLowerCase()), one] as const)
    .filter(([letters]) => letters <= far)
    .sort(([one], [other]) => one - other);
  return near[0]?.[1];
}

/** Letters to insert, remove or change (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++)
      next.push(Math.min((row[j] ?? 0) + Number(letter !== to[j]), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    row = next;
  }
  return row[to.length] ?? 0;
}
