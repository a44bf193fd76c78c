import { compact, type JsonObject } from '../../../base/json.ts';
import type { Tier } from '../../../checklist/tiers.ts';
import { clusterSelector, clusterTolerations } from '../../../deployment/components.ts';
import type { Deployment } from '../../../deployment/schema/deployment.ts';

/** Settings that the bundled data services share. */
export interface BundledContext {
  readonly tier: Tier;
  /** The Secret that holds their passwords. */
  readonly secretName: string;
  readonly storageClass: string | undefined;
  readonly registry: string | undefined;
  /** Labels of the nodes that they may run on. */
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Taints of nodes that they may run on. */
  readonly tolerations: readonly JsonObject[];
  readonly pullSecrets: readonly string[];
}

export function bundledContext(deployment: Deployment, secretName: string): BundledContext {
  const { tier, target, images } = deployment;
  return {
    tier,
    secretName,
    storageClass: target.type === 'kubernetes' ? target.storageClass : undefined,
    registry: images?.registry,
    nodeSelector: clusterSelector(deployment),
    tolerations: clusterTolerations(deployment).map((one) => compact(one)),
    pullSecrets: images?.pullSecret === undefined ? [] : [images.pullSecret],
  };
}

/**
 * Requests of the bundled services. The subcharts set none, so these pods would be evicted first. They fit beside the
 * test tier on one node of 4 CPUs and 16 GiB.
 */
export const MINIMAL_REQUESTS = {
  postgres: { cpu: '100m', memory: '256Mi' },
  redis: { cpu: '50m', memory: '128Mi' },
  weaviate: { cpu: '100m', memory: '256Mi' },
} as const;

/** The node selector and tolerations of a subchart's pods. Empty if there are none. */
export function bundledPlace({ nodeSelector, tolerations }: BundledContext): JsonObject {
  return {
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector: { ...nodeSelector } }),
    ...(tolerations.length === 0 ? {} : { tolerations }),
  };
}

/** The operator's registry and pull secret for the image of a subchart. Empty if the file has neither. */
export function bundledImage({ registry, pullSecrets }: BundledContext): { readonly image?: JsonObject } {
  const image: JsonObject = {
    ...(registry === undefined ? {} : { registry }),
    ...(pullSecrets.length === 0 ? {} : { pullSecrets }),
  };
  return Object.keys(image).length === 0 ? {} : { image };
}
