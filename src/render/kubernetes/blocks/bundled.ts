import type { JsonObject } from '../../../base/json.ts';
import type { Tier } from '../../../checklist/tiers.ts';
import { clusterSelector } from '../../../deployment/components.ts';
import type { Deployment } from '../../../deployment/schema/deployment.ts';

/** What the bundled data services need to know of the rest. */
export interface BundledContext {
  readonly tier: Tier;
  /** The Secret that holds their passwords. */
  readonly secretName: string;
  readonly storageClass: string | undefined;
  readonly registry: string | undefined;
  /** Labels of the nodes that they may run on. */
  readonly nodeSelector: Readonly<Record<string, string>>;
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
    pullSecrets: images?.pullSecret === undefined ? [] : [images.pullSecret],
  };
}

/** Requests of the bundled services, which have none by default and would be the first to be evicted. They fit beside the test tier on one 4C/16G node. */
export const MINIMAL_REQUESTS = {
  postgres: { cpu: '100m', memory: '256Mi' },
  redis: { cpu: '50m', memory: '128Mi' },
  weaviate: { cpu: '100m', memory: '256Mi' },
} as const;

/** The node selector of a subchart's pods, if there is one. */
export function bundledPlace({ nodeSelector }: BundledContext): { readonly nodeSelector?: JsonObject } {
  return Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector: { ...nodeSelector } };
}

/** The image of a subchart, taken from the operator's registry and with its pull secret where there is one. */
export function bundledImage({ registry, pullSecrets }: BundledContext): { readonly image?: JsonObject } {
  const image: JsonObject = {
    ...(registry === undefined ? {} : { registry }),
    ...(pullSecrets.length === 0 ? {} : { pullSecrets }),
  };
  return Object.keys(image).length === 0 ? {} : { image };
}
