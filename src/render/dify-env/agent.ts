import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type EnvEntry, literal, secret } from '../../providers/env-entry.ts';
import type { ServiceAddresses } from './addresses.ts';
import { agentRedis } from './redis.ts';

/**
 * The agent backend of Dify 1.16. The sandbox's address and token have two names each: 1.16's name and its replacement.
 * Releases that know both read them as aliases of one setting.
 */
export function agentBackendEnv(deployment: Deployment, addresses: ServiceAddresses): readonly EnvEntry[] {
  const redis = agentRedis(deployment.redis, addresses);
  return [
    ...(redis === undefined ? [] : [redis]),
    secret('DIFY_AGENT_API_TOKEN', 'secrets.agentApiToken'),
    secret('DIFY_AGENT_SERVER_SECRET_KEY', 'secrets.agentServerSecretKey'),
    literal('DIFY_AGENT_PLUGIN_DAEMON_URL', addresses.pluginDaemon),
    secret('DIFY_AGENT_PLUGIN_DAEMON_API_KEY', 'secrets.pluginDaemonKey'),
    literal('DIFY_AGENT_INNER_API_URL', addresses.api),
    secret('DIFY_AGENT_INNER_API_KEY', 'secrets.innerApiKey'),
    literal('DIFY_AGENT_RUNTIME_BACKEND', 'local'),
    literal('DIFY_AGENT_LOCAL_SANDBOX_ENDPOINT', addresses.localSandbox),
    secret('DIFY_AGENT_LOCAL_SANDBOX_AUTH_TOKEN', 'secrets.agentSandboxToken'),
    literal('DIFY_AGENT_SHELLCTL_ENTRYPOINT', addresses.localSandbox),
    secret('DIFY_AGENT_SHELLCTL_AUTH_TOKEN', 'secrets.agentSandboxToken'),
    literal('DIFY_AGENT_STUB_API_BASE_URL', `${addresses.agentBackend}/agent-stub`),
    literal('DIFY_AGENT_SANDBOX_FILES_BASE_URL', addresses.api),
  ];
}

/**
 * The agent's shell. On Compose it has its own proxy, its only route out. On Kubernetes it uses the proxy of the apps,
 * which refuses private addresses, so NO_PROXY lists the internal services that it needs (signed files, the stub).
 */
export function localSandboxEnv(addresses: ServiceAddresses, behindProxy: boolean): readonly EnvEntry[] {
  const own = addresses.agentSsrfProxy;
  const proxy = own ?? (behindProxy ? addresses.ssrfProxy : undefined);
  const inside = [addresses.api, addresses.agentBackend].map((url) => new URL(url).hostname);
  return [
    secret('SHELLCTL_AUTH_TOKEN', 'secrets.agentSandboxToken'),
    ...(proxy === undefined ? [] : [literal('HTTP_PROXY', proxy), literal('HTTPS_PROXY', proxy)]),
    ...(own === undefined && proxy !== undefined
      ? [literal('NO_PROXY', ['localhost', '127.0.0.1', ...inside].join(','))]
      : []),
  ];
}
