/** UTF-16 units without a partner cannot be written as UTF-8, so not as part of a URL. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Tells whether a text can be one segment of a URL path. `.` and `..` cannot: every proxy on the way may resolve them
 * (RFC 3986, section 5.2.4), percent-encoding does not protect them, and the call would reach another URL.
 */
export function isPathSegment(value: string): boolean {
  return value !== '' && value !== '.' && value !== '..' && !LONE_SURROGATE.test(value);
}
