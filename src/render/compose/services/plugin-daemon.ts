import { caMounts } from '../certificates.ts';
import type { ComposeContext } from '../context.ts';
import { HEALTH } from '../health.ts';
import { dataMount } from '../host-paths.ts';
import { COMPOSE_ADDRESSES, INIT_PERMISSIONS, POSTGRES, REDIS, SERVICE_OF } from '../names.ts';
import { componentResources, type Service } from '../service.ts';

/**
 * The plugin daemon. Its folder is mounted with every kind of storage, because plugins run from a local disk. Its debug
 * port 5003 is not published.
 */
export function pluginDaemonService(context: ComposeContext): Readonly<Record<string, Service>> {
  const { planned, environment, variables, deployment } = context;
  if (!planned.pluginDaemon.enabled) return {};
  return {
    [SERVICE_OF.pluginDaemon]: {
      image: context.componentImage('pluginDaemon'),
      component: 'pluginDaemon',
      environment: variables.environment(environment.pluginDaemon),
      volumes: [dataMount('./volumes/plugin_daemon', COMPOSE_ADDRESSES.paths.pluginStorage), ...caMounts(context)],
      networks: ['ssrf_proxy_network', 'default'],
      dependsOn: {
        [POSTGRES]: 'service_healthy',
        [REDIS]: 'service_healthy',
        [INIT_PERMISSIONS]: 'service_completed_successfully',
      },
      health: HEALTH.pluginDaemon,
      stopSeconds: 30,
      resources: componentResources('pluginDaemon', planned.pluginDaemon, deployment.components.pluginDaemon),
    },
  };
}
