import type { JsonObject } from '../../base/json.ts';

/**
 * Upstream's networks. An internal network has no route out; its containers use the proxies that are connected to it.
 */
export const NETWORKS = {
  default: {},
  ssrf_proxy_network: { internal: true },
  agent_sandbox_network: { internal: true },
  local_sandbox_proxy_network: { internal: true },
} as const satisfies Readonly<Record<string, JsonObject>>;

export type NetworkName = keyof typeof NETWORKS;
