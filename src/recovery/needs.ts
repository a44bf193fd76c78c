import type { Tier } from '../checklist/tiers.ts';
import type { Topology } from './availability.ts';

/** What a recovery plan is derived from. Times in seconds. */
export interface RecoveryNeeds {
  readonly tier: Tier;
  readonly target: 'kubernetes' | 'compose';
  readonly rto: number;
  readonly rpo: number;
  readonly postgres: 'bundled' | 'external';
  readonly vectorStore: 'bundled' | 'external';
  /** True if files are on a local disk or volume, which keeps no old versions. */
  readonly localFiles: boolean;
  /** Number of documents in knowledge bases, if known. */
  readonly documents?: number;
  /** Managed services that fail over. */
  readonly managed?: Topology['managed'];
  readonly region: 'single' | 'standby' | 'active-active';
}

/** One field of the plan: its value, and the reason, which is shown to the operator. */
export interface Implication {
  /** Path in difyctl.yaml. */
  readonly path: string;
  readonly value: string | number | boolean;
  readonly reason: string;
}
