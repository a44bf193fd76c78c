import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { KubernetesObject } from '../rendered.ts';
import { publicHosts } from './entry-values.ts';
import type { ChartNames } from './names.ts';
import { ownObject } from './own-object.ts';

/** The port of the chart's Service of nginx. */
const SERVICE_PORT = 80;
/**
 * As long as nginx waits for a stream. The chart's own HTTPRoute, which only chart 0.38 has, sets no timeout, and some
 * Gateways then end a stream after 15 seconds (Envoy's default of a route).
 */
const STREAM = '1h';

/** The HTTPRoute of `target.httpRoute`: every public host leads to nginx. Empty without the field. */
export function httpRoute(deployment: Deployment, names: ChartNames): readonly KubernetesObject[] {
  const { target } = deployment;
  if (target.type !== 'kubernetes' || target.httpRoute === undefined) return [];
  const { gateway, annotations } = target.httpRoute;
  const { name, namespace, sectionName } = gateway;
  // A route without host names serves any host, which an address as a URL needs.
  const hosts = publicHosts(deployment);
  const route = ownObject(deployment, 'httpRoute', names.full, {
    spec: {
      parentRefs: [
        {
          name,
          ...(namespace === undefined ? {} : { namespace }),
          ...(sectionName === undefined ? {} : { sectionName }),
        },
      ],
      ...(hosts.includes('') ? {} : { hostnames: hosts }),
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [{ name: names.full, port: SERVICE_PORT }],
          timeouts: { request: STREAM, backendRequest: STREAM },
        },
      ],
    },
  });
  if (Object.keys(annotations).length === 0) return [route];
  return [{ ...route, metadata: { ...route.metadata, annotations } }];
}
