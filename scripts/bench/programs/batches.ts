/** Encoded object keys of one call: what the functions hand to the client. */
export const KEYS_PER_CALL = 10;

/** Calls with different keys, so that no client profits from seeing the same strings again. */
export const BATCHES: readonly (readonly string[])[] = Array.from({ length: 64 }, (_, batch) =>
  Array.from({ length: KEYS_PER_CALL }, (_, key) => `reports%2F2026%2F${batch}%2Fobject-${key}-of%20ten.parquet`),
);

export const PROJECT_ID = 'f0e1d2c3b4a5968778695a4b3c2d1e0f';
export const SYNC_TASK_ID = '0a1b2c3d-4e5f-6789-abcd-ef0123456789';
export const PATH = `/v2/${PROJECT_ID}/sync-tasks/${SYNC_TASK_ID}/events`;

/** Made up: nothing outside of the bench accepts them. */
export const ACCESS_KEY = 'BENCHACCESSKEY000000';
export const SECRET_KEY = 'bench-secret-key-bench-secret-key-bench';
