import { fileURLToPath } from 'node:url';

/** The chart under test: a real one if DIFYCTL_TEST_CHART names its folder. */
export const CHART = process.env.DIFYCTL_TEST_CHART ?? fileURLToPath(new URL('../fixtures/chart', import.meta.url));
