import { defineConfig } from 'vitest/config';

/** The contract tests of OMS on the real service: `npm run test:live`. See docs/testing.md. */
export default defineConfig({
  test: {
    include: ['test/contract/oms/live.suite.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // Notices are seen before anything is done.
    disableConsoleIntercept: true,
  },
});
