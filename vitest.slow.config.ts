import { defineConfig } from 'vitest/config';
import { TESTS } from './vitest.config.ts';

/** Slow tests: a real Ceph RADOS Gateway, rclone, process kills, large buckets; and all of what `npm test` samples. */
export default defineConfig({
  test: {
    include: TESTS.filter(
      ({ file, text }) =>
        file.endsWith('.slow.test.ts') || file.startsWith('test/property/') || text.includes('/thorough.ts'),
    ).map(({ file }) => file),
    env: { THOROUGH: 'yes' },
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
