import { defineConfig } from 'vitest/config';

/** Slow tests: a real Ceph RADOS Gateway, rclone, process kills, large buckets. */
export default defineConfig({
  test: {
    include: ['test/**/*.slow.test.ts', 'test/unit/security/secrets.test.ts'],
    env: { ALL_WORLDS: 'yes' },
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
