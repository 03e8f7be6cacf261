import { stop } from 'esbuild';

let users = 0;

/**
 * Runs work that uses esbuild, and ends esbuild's service process when nobody uses it any more: a program that goes on
 * living, as the local cloud does, keeps no idle child. Calls may nest and overlap.
 */
export async function withEsbuild<T>(work: () => Promise<T>): Promise<T> {
  users += 1;
  try {
    return await work();
  } finally {
    users -= 1;
    if (users === 0) await stop();
  }
}
