import type { ComposeContext } from '../context.ts';
import { HEALTH } from '../health.ts';
import { dataMount } from '../host-paths.ts';
import { SERVICE_OF } from '../names.ts';
import { componentResources, type Service } from '../service.ts';

/** The code sandbox. It is connected to an internal network only; the SSRF proxy is its only route out. */
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
 * /conf/config.yaml. Without it, or without the two interpreter paths, the sandbox exits at once (sandbox 0.2.14 and
 * later). API_KEY overrides the key here. Times in seconds.
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
