import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** Test files, and what is written in them. */
export const TESTS: readonly { readonly file: string; readonly text: string }[] = readdirSync(
  new URL('test', import.meta.url),
  { recursive: true, encoding: 'utf8' },
)
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => ({ file: `test/${file}`, text: readFileSync(new URL(`test/${file}`, import.meta.url), 'utf8') }));

const quick = TESTS.filter(({ file }) => !file.endsWith('.slow.test.ts'));
/** Mocked modules stay mocked for the next file of the same process; a cloud of an end-to-end test fills its process. */
const isAlone = ({ file, text }: (typeof TESTS)[number]): boolean =>
  file.startsWith('test/e2e/') || /\bvi\.(?:doM|m)ock\(/.test(text);
const files = (tests: typeof TESTS): string[] => tests.map(({ file }) => file);

/** The tests of `npm test`; what needs a Debian package or minutes of time is in vitest.slow.config.ts. Type tests (test/types) are checked by tsc. */
export default defineConfig({
  test: {
    pool: 'forks',
    // vitest leaves one processor free, which is half of them on the machines of continuous integration.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      // A process per file costs more than most files do.
      {
        extends: true,
        test: { name: 'together', isolate: false, include: files(quick.filter((test) => !isAlone(test))) },
      },
      { extends: true, test: { name: 'alone', include: files(quick.filter(isAlone)) } },
    ],
  },
});
