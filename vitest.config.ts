import { defineConfig } from 'vitest/config';

/** The tests of `npm test`; what needs a Debian package or minutes of time is in vitest.slow.config.ts. Type tests (test/types) are checked by tsc. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.slow.test.ts', 'node_modules/**'],
    pool: 'forks',
    // vitest leaves one processor free, which is half of them on the machines of continuous integration.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
