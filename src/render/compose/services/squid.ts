import type { JsonObject } from '../../../base/json.ts';
import { SQUID_USER, squidConfig } from '../../squid-config.ts';
import type { ComposeContext } from '../context.ts';
import { digestLabel } from '../digest.ts';
import { HEALTH } from '../health.ts';
import { fileMount } from '../host-paths.ts';
import type { NetworkName } from '../networks.ts';
import { componentResources, type Service } from '../service.ts';

/** Which clients a squid serves: the code sandbox and the API (`ssrf`), or the agent's shell (`agent`). */
export type SquidRole = 'ssrf' | 'agent';

export const SQUID_FILES: Readonly<Record<SquidRole, string>> = {
  ssrf: 'ssrf_proxy/squid.conf',
  agent: 'ssrf_proxy/squid-agent.conf',
};

const NETWORKS_OF: Readonly<Record<SquidRole, readonly NetworkName[]>> = {
  ssrf: ['ssrf_proxy_network', 'default'],
  agent: ['local_sandbox_proxy_network', 'default'],
};

/** A squid that runs as its own user from the start; otherwise it may not write its log to the container's output. */
export function squidService(context: ComposeContext, role: SquidRole): Service {
  const { planned, deployment } = context;
  const resources: JsonObject = componentResources('ssrfProxy', planned.ssrfProxy, deployment.components.ssrfProxy);
  return {
    image: context.componentImage('ssrfProxy'),
    component: role === 'ssrf' ? 'ssrfProxy' : 'agentSsrfProxy',
    user: SQUID_USER,
    entrypoint: ['squid'],
    command: ['-N', '-f', '/etc/squid/squid.conf'],
    volumes: [fileMount(`./${SQUID_FILES[role]}`, '/etc/squid/squid.conf')],
    networks: NETWORKS_OF[role],
    health: HEALTH.squid,
    resources,
    labels: digestLabel(squidConfig(role)),
  };
}
