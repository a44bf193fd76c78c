import { defineConfig } from 'vitest/config';

/** Unit suites run anywhere; the e2e suites stand on the testbed (test/testbed/) and say why where they cannot. */
export default defineConfig({
  define: { __DIFYCTL_VERSION__: JSON.stringify('0.0.0-test') },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    env: { NO_COLOR: '1' },
  },
});
