/** Limits of a signed call, unless its client says otherwise. Milliseconds, except where said. */
export const CALL_LIMITS = {
  /** Time that one attempt may take. */
  timeout: 10_000,
  maxAttempts: 4,
  /** The caller gets the error at once where the server asks for a longer wait. */
  retryAfterCap: 60_000,
  /** Characters of a server's message that an error keeps. */
  errorMessage: 500,
} as const;
