import type { Tier } from './tiers.ts';

/** A node class of the published checklist: CPUs and GiB as machines are sold, in whole numbers. */
export interface NodeRequirement {
  readonly count: number;
  readonly cpu: number;
  readonly memoryGiB: number;
}

/**
 * Dify Enterprise resources checklist (deployment/resources-checklist, read for 2.8.x, head figures confirmed for
 * 3.7.x).
 */
export const NODE_CHECKLIST: Readonly<Record<Tier, NodeRequirement>> = {
  test: { count: 1, cpu: 4, memoryGiB: 16 },
  prod: { count: 6, cpu: 8, memoryGiB: 32 },
};

/**
 * Share of the nominal size that firmware, kernel and hypervisor keep: "8C/32G" reports 30.9-31.4 GiB on the large
 * clouds.
 */
export const NODE_CLASS_TOLERANCE = 0.06;

/** Oldest Kubernetes server and Helm client of the same checklist. */
export const OLDEST_KUBERNETES = '1.24.0';
export const OLDEST_HELM = '3.14.0';

/**
 * Bytes of images that a node may hold: about 27 GB were seen with every component of the published set on one node
 * (Dify Enterprise resources, node disk). The default disks of GKE and AKS are large enough; the 20 GB that EKS gives
 * by default are not.
 */
export const IMAGES_ON_A_NODE = 27e9;
