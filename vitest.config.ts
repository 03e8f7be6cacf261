import { defineConfig } from 'vitest/config';

/** The tests of `npm test`; what needs a Debian package or minutes of time is in vitest.slow.config.ts. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.slow.test.ts', 'node_modules/**'],
    typecheck: { enabled: true, include: ['test/types/**/*.test-d.ts'] },
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
