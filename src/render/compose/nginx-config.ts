import type { ComponentName } from '../../checklist/components.ts';
import { routesOf } from '../../versions/routes.ts';
import { MARKETPLACE_PATH, MARKETPLACE_URL } from '../dify-env/marketplace.ts';
import { fillTemplate } from '../template.ts';
import type { ComposeContext } from './context.ts';
import { COMPOSE_ADDRESSES, PORTS, SERVICE_OF } from './names.ts';

/** Paths of certificate and key inside the container. */
export const TLS_FILES = {
  certificate: '/etc/nginx/certificates/tls.crt',
  key: '/etc/nginx/certificates/tls.key',
} as const;

/**
 * Folder in nginx's container whose files name the containers that serve while a service is replaced one container
 * after the other (`src/targets/compose/front.ts`). It is in memory, so that it does not outlive a restart.
 */
export const ROLL_FOLDER = '/dev/shm/difyctl';

/**
 * Dify's routing table (upstream's nginx template of 1.14 and later): path prefix → component. `/` matches every other
 * path.
 */
const ROUTES: readonly (readonly [string, ComponentName])[] = [
  ['/console/api', 'api'],
  ['/api', 'api'],
  ['/v1', 'api'],
  ['/openapi', 'api'],
  ['/files', 'api'],
  ['/mcp', 'api'],
  ['/triggers', 'api'],
  ['/socket.io/', 'apiWebsocket'],
  ['/e/', 'pluginDaemon'],
  ['/explore', 'web'],
  ['/', 'web'],
];

const UPSTREAMS: Readonly<Partial<Record<ComponentName, string>>> = {
  api: COMPOSE_ADDRESSES.api,
  apiWebsocket: `http://${SERVICE_OF.apiWebsocket}:${PORTS.api}`,
  pluginDaemon: COMPOSE_ADDRESSES.pluginDaemon,
  web: `http://${SERVICE_OF.web}:${PORTS.web}`,
};

/**
 * Returns nginx.conf, from templates/nginx/nginx.conf.
 *
 * - Upstream servers are variables, so that nginx asks Docker's DNS again every 10 s and finds containers that were
 *   recreated or added. nginx resolves plain names only once, at start.
 * - Responses are not buffered, because of event streams. A request may last one hour, as in upstream.
 * - Docker forwards the name of a removed container to the host's name servers. If they do not answer within 5 s, the
 *   request fails at once, not after nginx's default of 30 s.
 * - Headers are repeated in every location: a location inherits them only if it sets none itself.
 * - The marketplace gets no cookie and no address of a user: only the body and its type.
 * - The JSON log has the path without the query, in which signed addresses carry their signature.
 * - `http2` is a parameter of `listen`, for nginx before 1.25.1. Later versions still accept it.
 */
export function nginxConfig({ target, deployment, planned }: ComposeContext): string {
  const served = routesOf(deployment.version);
  const routes = ROUTES.filter(([path, component]) => served.includes(path) && planned[component].enabled);
  const components = [...new Set(routes.map(([, component]) => component))];
  const tls = target.tls !== undefined;
  return fillTemplate('nginx/nginx.conf', {
    tls,
    jsonLog: deployment.logging.format === 'json',
    accessLog: deployment.logging.accessLog,
    // A load balancer that terminates TLS reports the browser's scheme.
    behindBalancer: !tls && deployment.urls.console.startsWith('https://'),
    portSuffix: target.httpsPort === 443 ? '' : `:${target.httpsPort}`,
    ...TLS_FILES,
    marketplace: deployment.marketplace?.proxy === true,
    marketplacePath: MARKETPLACE_PATH,
    marketplaceUrl: MARKETPLACE_URL,
    marketplaceHost: new URL(MARKETPLACE_URL).host,
    rollFolder: ROLL_FOLDER,
    upstreams: components.map((component) => ({ component, address: UPSTREAMS[component] ?? '' })),
    routes: routes.map(([path, component]) => ({
      path,
      component,
      websocket: component === 'apiWebsocket',
      pluginHook: component === 'pluginDaemon',
    })),
  });
}
