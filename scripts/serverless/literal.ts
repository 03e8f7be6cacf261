/**
 * Takes the disguise off the values that framework.cjs (`keepLiteral`) hid from the framework.
 *
 * @param value JSON
 */
export function revealed<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, one: unknown) =>
    typeof one === 'string' ? one.replace(/\uE000([DM])/g, (_mark, kind) => (kind === 'D' ? '$' : '\uE000')) : one,
  ) as T;
}
