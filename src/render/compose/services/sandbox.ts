import type { ComposeContext } from '../context.ts';
import { HEALTH } from '../health.ts';
import { dataMount } from '../host-paths.ts';
import { SERVICE_OF } from '../names.ts';
import { componentResources, type Service } from '../service.ts';

/** The code sandbox. It stands in an internal network alone: its only way out is the SSRF proxy. */
export function sandboxService(context: ComposeContext): Readonly<Record<string, Service>> {
  const { planned, environment, variables, deployment } = context;
  if (!planned.sandbox.enabled) return {};
  return {
    [SERVICE_OF.sandbox]: {
      image: context.componentImage('sandbox'),
      component: 'sandbox',
      environment: variables.environment(environment.sandbox),
      volumes: [
        dataMount('./volumes/sandbox/dependencies', '/dependencies'),
        dataMount('./volumes/sandbox/conf', '/conf'),
      ],
      networks: ['ssrf_proxy_network'],
      health: HEALTH.sandbox,
      resources: componentResources('sandbox', planned.sandbox, deployment.components.sandbox),
    },
  };
}

/**
 * /conf/config.yaml: without it, or without the two interpreter paths, the sandbox ends at once (sandbox 0.2.14 and later).
 * The key here is overridden by API_KEY. Times in seconds.
 */
export const SANDBOX_CONFIG = {
  app: { port: 8194, debug: false, key: '' },
  max_workers: 4,
  max_requests: 50,
  worker_timeout: 15,
  python_path: '/opt/python/bin/python3',
  nodejs_path: '/usr/local/bin/node',
  enable_network: true,
  allowed_syscalls: [],
  proxy: { socks5: '', http: '', https: '' },
};
