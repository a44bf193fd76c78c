import { evidenceKey } from '../evidence.ts';

/** The observed state of one workload or job of the rendered set. */
export interface AppWorkload {
  readonly name: string;
  readonly kind: 'workload' | 'job';
  /** Expected replicas or containers, and those that serve. A job counts as one, ready once it succeeded. */
  readonly desired: number;
  readonly ready: number;
  readonly images: readonly string[];
  readonly renderedImages: readonly string[];
  readonly restarts: number;
  /** ISO time of the last restart; undefined if there was none. */
  readonly lastRestart: string | undefined;
  /** True if all its pods run on nodes that kwok simulates. */
  readonly simulated: boolean;
  /** Why it is not ready, in the target's own words; empty if it is ready or no reason is known. */
  readonly holdup: string;
}
export const APP_WORKLOADS = evidenceKey<readonly AppWorkload[]>('app.workloads', 1);
