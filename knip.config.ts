import type { KnipConfig } from 'knip';

/** `knip`, a part of `npm run check`: files, exports, types and dependencies that nothing uses. */
export default {
  entry: [
    'functions/*/index.ts!',
    // Programs that another process runs by their path.
    'scripts/chaos.ts!',
    'scripts/cli/main.ts!',
    // Loaded by their path when a command runs.
    'scripts/cli/*/run.ts!',
    'scripts/cli/{deploy/package,invoke/local}.ts!',
    'scripts/local/{demo,start}.ts!',
    'scripts/bench/programs/*.ts!',
    'scripts/local/demo/cloud-process.ts!',
    'scripts/local/functiongraph/worker/main.ts!',
    'test/{contract,unit}/**/*-{process,program}.ts',
    'test/helpers/runtime-child.cjs',
    // tsc checks them.
    'test/types/*.test-d.ts',
  ],
  project: ['{functions,shared,scripts}/**/*.{ts,cjs}!', 'test/**/*.{ts,cjs}'],
  ignoreBinaries: ['promtool', 'rclone'],
  ignoreDependencies: [
    // @huaweicloud/huaweicloud-sdk-core requires it and does not declare it.
    'uuid',
    // A test runs them as a user does, by their path: test/e2e/generated-client.test.ts.
    'oazapfts',
    '@oazapfts/runtime',
  ],
} satisfies KnipConfig;
