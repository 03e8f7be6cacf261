/** Milliseconds. */
const BACKOFF = {
  /** Ceiling of the first wait between two attempts; doubles with each attempt. */
  base: 200,
  cap: 5_000,
} as const;

const SECONDS = /^\d{1,9}$/;

/**
 * Reads `Retry-After`: seconds or an HTTP date.
 *
 * @param now milliseconds since the epoch
 * @returns seconds, 0 for a moment that has passed; undefined where the header is absent or malformed
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function readRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (SECONDS.test(text)) return Number(text);
  // Date.parse takes a lone "-5" or "1.5" for a year or a month; an HTTP date names its day.
  const time = /^[A-Z][a-z]+,? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : Math.max(0, Math.ceil((time - now) / 1000));
}

/**
 * Milliseconds to wait before the next attempt: full jitter below a ceiling that doubles, on top of what the server
 * asks for.
 *
 * @param attempt number of the attempt that failed, from 1
 * @param random 0 to 1
 * @param retryAfter seconds
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(attempt: number, random: number, retryAfter: number | undefined): number {
  const ceiling = Math.min(BACKOFF.cap, BACKOFF.base * 2 ** (attempt - 1));
  return (retryAfter ?? 0) * 1000 + random * ceiling;
}

/** Limits of a signed call, unless its client says otherwise. Milliseconds, except where said. */
export const CALL_LIMITS = {
  timeout: 10_000,
  maxAttempts: 4,
  /** The caller gets the error at once where the server asks for a longer wait. */
  retryAfterCap: 60_000,
  errorMessage: 500,
} as const;
