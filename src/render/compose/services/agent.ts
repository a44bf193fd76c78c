import { caMounts } from '../certificates.ts';
import type { ComposeContext } from '../context.ts';
import { HEALTH } from '../health.ts';
import { AGENT_SSRF_PROXY, REDIS, SERVICE_OF } from '../names.ts';
import { componentResources, type Service } from '../service.ts';
import { squidService } from './squid.ts';

/** Upstream's named volumes: the agent's home and workspace. */
export const AGENT_VOLUMES = ['dify_agent_local_sandbox_home', 'dify_agent_local_sandbox_workspace'] as const;

/** The agent backend, its shell (the local sandbox), and the proxy that is the shell's only route out. */
export function agentServices(context: ComposeContext): Readonly<Record<string, Service>> {
  const { agentBackend, localSandbox } = context.planned;
  return {
    ...(agentBackend.enabled ? { [SERVICE_OF.agentBackend]: backend(context) } : {}),
    ...(localSandbox.enabled
      ? {
          [SERVICE_OF.localSandbox]: shell(context),
          [AGENT_SSRF_PROXY]: squidService(context, 'agent'),
        }
      : {}),
  };
}

function backend(context: ComposeContext): Service {
  const { planned, environment, variables, deployment } = context;
  return {
    image: context.componentImage('agentBackend'),
    component: 'agentBackend',
    environment: variables.environment(environment.agentBackend),
    volumes: caMounts(context),
    networks: ['default', 'agent_sandbox_network'],
    dependsOn: { [REDIS]: 'service_healthy', [SERVICE_OF.pluginDaemon]: 'service_healthy' },
    health: HEALTH.agentBackend,
    stopSeconds: 60,
    resources: componentResources('agentBackend', planned.agentBackend, deployment.components.agentBackend),
  };
}

function shell(context: ComposeContext): Service {
  const { planned, environment, variables, deployment } = context;
  const [home, workspace] = AGENT_VOLUMES;
  return {
    image: context.componentImage('localSandbox'),
    component: 'localSandbox',
    environment: variables.environment(environment.localSandbox),
    volumes: [
      { type: 'volume', source: home, target: '/home/dify' },
      { type: 'volume', source: workspace, target: '/workspace' },
    ],
    networks: ['agent_sandbox_network', 'local_sandbox_proxy_network'],
    dependsOn: { [AGENT_SSRF_PROXY]: 'service_started' },
    health: HEALTH.localSandbox,
    resources: componentResources('localSandbox', planned.localSandbox, deployment.components.localSandbox),
  };
}
