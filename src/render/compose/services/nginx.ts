import type { JsonObject } from '../../../base/json.ts';
import type { ComposeContext } from '../context.ts';
import { digestLabel } from '../digest.ts';
import { HEALTH } from '../health.ts';
import { fileMount, fromComposeDirectory } from '../host-paths.ts';
import { SERVICE_OF } from '../names.ts';
import { nginxConfig, TLS_FILES } from '../nginx-config.ts';
import { componentResources, type Service } from '../service.ts';

export const NGINX_FILE = 'nginx/nginx.conf';

/** The only service with published ports, so it cannot have more than one container. */
export function nginxService(context: ComposeContext): Readonly<Record<string, Service>> {
  const { planned, deployment, target } = context;
  if (!planned.proxy.enabled) return {};
  return {
    [SERVICE_OF.proxy]: {
      image: context.componentImage('proxy'),
      component: 'proxy',
      volumes: [fileMount(`./${NGINX_FILE}`, '/etc/nginx/nginx.conf'), ...tlsMounts(context)],
      networks: ['default'],
      ports: [
        published(target.bindAddress, target.httpPort, 80),
        ...(target.tls === undefined ? [] : [published(target.bindAddress, target.httpsPort, 443)]),
      ],
      dependsOn: { [SERVICE_OF.api]: 'service_healthy', [SERVICE_OF.web]: 'service_healthy' },
      health: HEALTH.nginx,
      stopSeconds: 30,
      resources: componentResources('proxy', planned.proxy, deployment.components.proxy),
      labels: digestLabel(nginxConfig(context)),
    },
  };
}

function published(hostIp: string, port: number, target: number): JsonObject {
  return { target, published: String(port), host_ip: hostIp, protocol: 'tcp' };
}

/**
 * Mounts certificate and key from their own paths, so that renewals still reach nginx and no copy of the key is made.
 */
function tlsMounts({ target, inputs }: ComposeContext): readonly JsonObject[] {
  if (target.tls === undefined) return [];
  const { certFile, keyFile } = target.tls;
  return [
    fileMount(fromComposeDirectory(certFile, target.directory, inputs), TLS_FILES.certificate),
    fileMount(fromComposeDirectory(keyFile, target.directory, inputs), TLS_FILES.key),
  ];
}
