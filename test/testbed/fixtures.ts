import { afterAll, beforeAll, beforeEach } from 'vitest';

import type { Cluster } from './cluster/cluster.ts';
import { SHARED_CLUSTER, SHARED_NODES } from './cluster/shared.ts';
import { type UpOptions, upCluster } from './cluster/up.ts';
import { progressPrinter } from './provision/progress.ts';
import { Unavailable } from './provision/unavailable.ts';
import { claim, release } from './shared/pool.ts';
import { testRun } from './shared/run.ts';

/** A first run builds the programs; later ones find them in the cache. */
const FIRST_RUN_MS = 45 * 60_000;
const DOWN_MS = 120_000;

/**
 * Provides a resource for the tests of a file or `describe`: `up` before them, `down` after them. If this machine
 * cannot provide it (`Unavailable`), the tests are skipped with the reason. With `CI` set they fail, so that no suite
 * is skipped unnoticed.
 */
export function useTestbed<T>(up: () => Promise<T>, down: (made: T) => Promise<void>): { readonly get: () => T } {
  let made: { readonly value: T } | undefined;
  let reason = 'the testbed was not brought up';
  beforeAll(async () => {
    try {
      made = { value: await up() };
    } catch (error) {
      if (!(error instanceof Unavailable) || (process.env.CI ?? '') !== '') throw error;
      reason = error.message;
      process.stderr.write(`skipped, for want of the testbed: ${reason}\n`);
    }
  }, FIRST_RUN_MS);
  beforeEach((context) => {
    if (made === undefined) context.skip(reason);
  });
  afterAll(async () => {
    if (made !== undefined) await down(made.value);
  }, DOWN_MS);
  return {
    get: (): T => {
      if (made === undefined) throw new Error('the testbed is up only while its tests run');
      return made.value;
    },
  };
}

/** Starts a cluster for the tests of a file or `describe`. */
export function useCluster(options: UpOptions): { readonly cluster: Cluster } {
  const testbed = useTestbed(
    () => upCluster({ onProgress: progressPrinter(), ...options }),
    (cluster) => cluster.down(),
  );
  return {
    get cluster(): Cluster {
      return testbed.get();
    },
  };
}

/**
 * Provides a cluster of six simulated nodes in three zones for the tests of a file or `describe`. Files of one test run
 * use it one after another; it has none of the objects of the file before. If a file changed its nodes or another
 * object of the start, the next file gets a new cluster.
 */
export function useSharedCluster(): { readonly cluster: Cluster } {
  const run = testRun();
  if (run === undefined) return useCluster(SHARED_NODES);
  const testbed = useTestbed(
    () => claim(run, SHARED_CLUSTER),
    (cluster) => release(run, SHARED_CLUSTER, cluster),
  );
  return {
    get cluster(): Cluster {
      return testbed.get();
    },
  };
}
