import type { JsonObject } from '../../base/json.ts';

/** Upstream's networks. The internal ones have no way out but the proxies that stand in them. */
export const NETWORKS = {
  default: {},
  ssrf_proxy_network: { internal: true },
  agent_sandbox_network: { internal: true },
  local_sandbox_proxy_network: { internal: true },
} as const satisfies Readonly<Record<string, JsonObject>>;

export type NetworkName = keyof typeof NETWORKS;
