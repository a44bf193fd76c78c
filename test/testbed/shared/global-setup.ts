import { SHARED_CLUSTER } from '../cluster/shared.ts';
import { SHARED_DOCKER } from '../docker/shared.ts';
import { endRun } from './pool.ts';
import { beginRun, testRun } from './run.ts';

/** Vitest's global setup of the project `real`. */
export async function setup(): Promise<void> {
  await beginRun();
}

/** Takes down what the files of the run shared. After a killed run, the next start does it. */
export async function teardown(): Promise<void> {
  const run = testRun();
  if (run !== undefined) await endRun(run, [SHARED_DOCKER, SHARED_CLUSTER]);
}
