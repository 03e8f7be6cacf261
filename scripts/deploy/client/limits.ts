/** Numbers of ours. Milliseconds, except where said. */
export const CALL_LIMITS = {
  /** For the answer of a call; that of an upload and of an invocation is another. */
  timeout: 30_000,
  /** For the upload of a zip. */
  uploadTimeout: 180_000,
  maxAttempts: 5,
  /** Bytes of an answer: a page of functions with all their variables. */
  responseBytes: 32 << 20,
  /** Bytes of a refusal. */
  errorBytes: 1 << 20,
  /** Pages of a list, so that a marker that never ends does. */
  pages: 100,
  /** Items of a page. */
  pageSize: 100,
} as const;
