import { defineConfig } from 'vitest/config';
import { TESTS } from './vitest.config.ts';

const slow = TESTS.filter(
  ({ file, text }) =>
    file.endsWith('.slow.test.ts') || file.startsWith('test/property/') || text.includes('/thorough.ts'),
).map(({ file }) => file);
/** Whether a file measures time or memory, fills the machine with processes, or kills them at moments of its own. */
const isSolitary = (file: string): boolean =>
  /bench|boto3|ceph|chaos|crash|demo|interrupt|kill|large|live|memory|rclone|regular-expressions/.test(file);

/** Slow tests: a real Ceph RADOS Gateway, rclone, process kills, large buckets; and all of what `npm test` samples. */
export default defineConfig({
  test: {
    env: { THOROUGH: 'yes' },
    pool: 'forks',
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'one at a time',
          include: slow.filter(isSolitary),
          maxWorkers: 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'two at a time',
          include: slow.filter((file) => !isSolitary(file)),
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
