import { evidenceKey } from '../evidence.ts';

/** One workload or job of the rendered set, as it really is. */
export interface AppWorkload {
  readonly name: string;
  readonly kind: 'workload' | 'job';
  /** Replicas or containers that should be there, and those that serve. A job counts as one, ready once it has ended well. */
  readonly desired: number;
  readonly ready: number;
  readonly images: readonly string[];
  readonly renderedImages: readonly string[];
  readonly restarts: number;
  /** ISO time of the last restart; undefined where there was none. */
  readonly lastRestart: string | undefined;
  /** Its pods run on nodes that kwok plays. */
  readonly simulated: boolean;
  /** What keeps it from being ready, in the target's own words; empty where nothing does. */
  readonly holdup: string;
}
export const APP_WORKLOADS = evidenceKey<readonly AppWorkload[]>('app.workloads', 1);
