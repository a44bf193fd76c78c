import { availableParallelism } from 'node:os';

import { defineConfig } from 'vitest/config';

import { SlowestFirst } from './test/support/slowest-first.ts';

/**
 * `unit` runs anywhere in seconds. `testbed`, `probes`, `e2e` and `failures` stand on real programs (test/testbed/), two files at a time after the
 * unit tests; where they cannot run they say why, and with CI set that is a failure.
 */
export default defineConfig({
  define: { __DIFYCTL_VERSION__: JSON.stringify('0.0.0-test') },
  test: {
    env: { NO_COLOR: '1' },
    sequence: { sequencer: SlowestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/testbed/**', 'test/probes/**', 'test/failures/**'],
          testTimeout: 120_000,
          // Vitest leaves one core free, which on two cores runs one file at a time.
          maxWorkers: Math.max(2, availableParallelism()),
          // A worker loads each module once for all its files. To load them is two thirds of the time otherwise.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['testbed', 'probes', 'e2e', 'failures'].map((room) => `test/${room}/**/*.test.ts`),
          exclude: [
            // Upstream's charts are not part of this repository (docs/dify-versions.md).
            ...(process.env.DIFYCTL_TEST_CHARTS === undefined ? ['test/e2e/render/real-charts.test.ts'] : []),
            // Slow files that .ci/run leaves out of this run.
            ...(process.env.DIFYCTL_TEST_LEFT_OUT ?? '').split(',').filter((file) => file !== ''),
          ],
          globalSetup: ['test/testbed/shared/global-setup.ts'],
          // Most files wait for servers most of the time, so that two use both cores.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 1_800_000,
        },
      },
    ],
  },
});
