/** Reserved characters that `encodeURIComponent` leaves alone. */
const LEFT_BY_ENCODE_URI_COMPONENT = /[!'()*]/g;

/**
 * Percent-encodes everything but `A-Za-z0-9-_.~`.
 *
 * @throws URIError on an unpaired surrogate
 */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    LEFT_BY_ENCODE_URI_COMPONENT,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Orders names of a query by their UTF-16 units, as the vendors' clients do; for ASCII every order is the same. */
export function compareUnits(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
