/** Limits of a signed call, unless its client says otherwise. Milliseconds, except where said. */
export const CALL_LIMITS = {
  timeout: 10_000,
  maxAttempts: 4,
  /** The caller gets the error at once where the server asks for a longer wait. */
  retryAfterCap: 60_000,
  errorMessage: 500,
} as const;
