import { at, listAt, textAt } from '../../../base/json-path.ts';
import type { CollectContext } from '../../evidence.ts';
import type { AuditedEntry, OpenPort } from '../facts.ts';
import { releaseOf } from '../installation.ts';
import { isOfRelease, listObjects, listObjectsIfThere } from './objects.ts';

/** Every way into the release: its Ingresses, HTTPRoutes and open Services, and those of others that lead to it. */
export async function releaseEntries(context: CollectContext): Promise<readonly AuditedEntry[]> {
  const { name } = releaseOf(context);
  const [services, ingresses, routes] = await Promise.all([
    listObjects(context, { version: 'v1', resource: 'services' }),
    listObjects(context, { version: 'networking.k8s.io/v1', resource: 'ingresses' }),
    listObjectsIfThere(context, { version: 'gateway.networking.k8s.io/v1', resource: 'httproutes' }),
  ]);
  const own = services.filter((service) => isOfRelease(service, name));
  const names = new Set(own.map((service) => textAt(service, 'metadata', 'name')));
  return [
    ...own.filter(isOpen).map(serviceEntry),
    ...ingresses
      .filter((one) => isOfRelease(one, name) || ingressBackends(one).some((to) => names.has(to)))
      .map(ingress),
    ...(routes ?? [])
      .filter((one) => isOfRelease(one, name) || routeBackends(one).some((to) => names.has(to)))
      .map(route),
  ];
}

function isOpen(service: unknown): boolean {
  return ['NodePort', 'LoadBalancer'].includes(textAt(service, 'spec', 'type'));
}

function serviceEntry(service: unknown): AuditedEntry {
  const [name, type] = [textAt(service, 'metadata', 'name'), textAt(service, 'spec', 'type')];
  const ports = listAt(service, 'spec', 'ports').map((port): OpenPort => {
    const number = Number(at(port, 'port'));
    return { port: number, at: `port ${number} of Service ${name} (${type})`, isLocal: false };
  });
  return { kind: 'Service', name, tls: undefined, ports };
}

function ingress(object: unknown): AuditedEntry {
  const tls = listAt(object, 'spec', 'tls').length > 0;
  return { kind: 'Ingress', name: textAt(object, 'metadata', 'name'), tls, ports: [] };
}

/** The listener of its Gateway decides about TLS. */
function route(object: unknown): AuditedEntry {
  return { kind: 'HTTPRoute', name: textAt(object, 'metadata', 'name'), tls: undefined, ports: [] };
}

function ingressBackends(object: unknown): readonly string[] {
  const paths = listAt(object, 'spec', 'rules').flatMap((rule) => listAt(rule, 'http', 'paths'));
  return [
    textAt(object, 'spec', 'defaultBackend', 'service', 'name'),
    ...paths.map((path) => textAt(path, 'backend', 'service', 'name')),
  ];
}

function routeBackends(object: unknown): readonly string[] {
  const backends = listAt(object, 'spec', 'rules').flatMap((rule) => listAt(rule, 'backendRefs'));
  return backends.map((backend) => textAt(backend, 'name'));
}
