import type { JsonObject } from '../../../base/json.ts';
import type { Tier } from '../../../checklist/tiers.ts';
import type { Deployment } from '../../../deployment/schema/deployment.ts';

/** What the bundled data services need to know of the rest. */
export interface BundledContext {
  readonly tier: Tier;
  /** The Secret that holds their passwords. */
  readonly secretName: string;
  readonly storageClass: string | undefined;
  readonly registry: string | undefined;
  readonly pullSecrets: readonly string[];
}

export function bundledContext(deployment: Deployment, secretName: string): BundledContext {
  const { tier, target, images } = deployment;
  return {
    tier,
    secretName,
    storageClass: target.type === 'kubernetes' ? target.storageClass : undefined,
    registry: images?.registry,
    pullSecrets: images?.pullSecret === undefined ? [] : [images.pullSecret],
  };
}

/** Requests of the bundled services, which have none by default and would be the first to be evicted. They fit beside the test tier on one 4C/16G node. */
export const MODEST = {
  postgres: { cpu: '100m', memory: '256Mi' },
  redis: { cpu: '50m', memory: '128Mi' },
  weaviate: { cpu: '100m', memory: '256Mi' },
} as const;

/** The image of a subchart, taken from the operator's registry and with its pull secret where there is one. */
export function bundledImage({ registry, pullSecrets }: BundledContext): { readonly image?: JsonObject } {
  const image: JsonObject = {
    ...(registry === undefined ? {} : { registry }),
    ...(pullSecrets.length === 0 ? {} : { pullSecrets }),
  };
  return Object.keys(image).length === 0 ? {} : { image };
}
