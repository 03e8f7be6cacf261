import crypto, { createHash } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, beforeAll } from 'vitest';

/** `scrypt` is slow on purpose; in the tests of a file that call it thousands of times it is not. */
export function useFastScrypt(): void {
  const { scrypt } = crypto;
  const replace = (by: unknown): void => {
    Object.assign(crypto, { scrypt: by });
    syncBuiltinESMExports();
  };
  beforeAll(() =>
    replace((text: string, salt: Buffer, length: number, done: (error: null, hash: Buffer) => void) =>
      done(null, createHash('sha256').update(salt).update(text).digest().subarray(0, length)),
    ),
  );
  afterAll(() => replace(scrypt));
}
