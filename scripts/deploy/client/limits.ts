/** Numbers of ours. Milliseconds, except where said. */
export const CALL_LIMITS = {
  /** Time for one answer, except of uploads and invocations. */
  timeout: 30_000,
  /** Time for the upload of a zip. */
  uploadTimeout: 180_000,
  maxAttempts: 5,
  /** Bytes of an answer: a page of functions with all their variables. */
  responseBytes: 32 << 20,
  /** Bytes of a refusal. */
  errorBytes: 1 << 20,
  /** Most pages of a list, so that a list whose marker never ends is refused. */
  pages: 100,
  /** Items of a page. */
  pageSize: 100,
} as const;
