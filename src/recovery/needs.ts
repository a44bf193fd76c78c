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
  /** Files on a local disk or volume; nothing keeps their old versions. */
  readonly localFiles: boolean;
  /** Documents in knowledge bases, where somebody said how many. */
  readonly documents?: number;
  /** Managed services that fail over. */
  readonly managed?: Topology['managed'];
  readonly region: 'single' | 'standby' | 'active-active';
}

/** One field of the plan, what it should say, and why; the reason is shown to the operator. */
export interface Implication {
  /** Path in difyctl.yaml. */
  readonly path: string;
  readonly value: string | number | boolean;
  readonly reason: string;
}
