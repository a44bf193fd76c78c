import { at, labelsAt, listAt, quantityAt, textAt } from '../../base/json-path.ts';
import { podDemands } from './demands.ts';
import { autoscaler, route, scaledObject } from './entry.ts';
import { processOf } from './process.ts';
import type { PlannedClaim, PlannedIngress, PlannedWorkload, RenderedSet } from './set.ts';
import { labelRules, podShape, spreadOf } from './workload.ts';

const REPLICATED = new Set(['Deployment', 'StatefulSet', 'ReplicaSet']);

/** The set of these Kubernetes objects. DaemonSets and Jobs are objects but no workloads. */
export function renderedSet(objects: readonly unknown[]): RenderedSet {
  return {
    objects: objects.map((object) => ({
      apiVersion: textAt(object, 'apiVersion'),
      kind: textAt(object, 'kind'),
      name: textAt(object, 'metadata', 'name'),
    })),
    workloads: objects
      .filter((object) => REPLICATED.has(textAt(object, 'kind')))
      .map((object) => workload(object, objects.filter(isKind('ConfigMap')))),
    claims: [...objects.filter(isKind('PersistentVolumeClaim')).map(claim), ...objects.flatMap(templateClaims)],
    ingresses: objects.filter(isKind('Ingress')).map(ingress),
    routes: objects.filter(isKind('HTTPRoute')).map(route),
    autoscalers: [
      ...objects.filter(isKind('HorizontalPodAutoscaler')).map(autoscaler),
      ...objects.filter(isKind('ScaledObject')).map(scaledObject),
    ],
    openServices: objects.filter(isOpenService).map((object) => textAt(object, 'metadata', 'name')),
    budgets: objects.filter(isKind('PodDisruptionBudget')).map((object) => ({
      name: textAt(object, 'metadata', 'name'),
      selects: labelRules(at(object, 'spec', 'selector')),
    })),
    services: objects
      .filter(isKind('Service'))
      .map((object) => ({ name: textAt(object, 'metadata', 'name'), selector: labelsAt(object, 'spec', 'selector') }))
      .filter(({ selector }) => Object.keys(selector).length > 0),
  };
}

function isKind(kind: string): (object: unknown) => boolean {
  return (object) => textAt(object, 'kind') === kind;
}

function isOpenService(object: unknown): boolean {
  return textAt(object, 'kind') === 'Service' && ['NodePort', 'LoadBalancer'].includes(textAt(object, 'spec', 'type'));
}

function workload(object: unknown, configMaps: readonly unknown[]): PlannedWorkload {
  const template = at(object, 'spec', 'template');
  const containers = [...listAt(template, 'spec', 'initContainers'), ...listAt(template, 'spec', 'containers')];
  const spread = spreadOf(template);
  return {
    kind: textAt(object, 'kind'),
    name: textAt(object, 'metadata', 'name'),
    replicas: replicasOf(object),
    images: [...new Set(containers.map((container) => textAt(container, 'image')))],
    claims: listAt(template, 'spec', 'volumes')
      .map((volume) => textAt(volume, 'persistentVolumeClaim', 'claimName'))
      .filter((name) => name !== ''),
    pod: podShape(template),
    demands: podDemands(template),
    ...processOf(template, configMaps),
    ...(spread.length === 0 ? {} : { spread }),
  };
}

/** Claims of a StatefulSet: one for each replica, so that none is shared. */
function templateClaims(object: unknown): readonly PlannedClaim[] {
  if (textAt(object, 'kind') !== 'StatefulSet') return [];
  const owner = textAt(object, 'metadata', 'name');
  return listAt(object, 'spec', 'volumeClaimTemplates').map((template) => {
    const made = claim(template);
    return { ...made, name: `${made.name}-${owner}`, count: replicasOf(object) };
  });
}

function replicasOf(object: unknown): number {
  const replicas = at(object, 'spec', 'replicas');
  return typeof replicas === 'number' ? replicas : 1;
}

function claim(object: unknown): PlannedClaim {
  const storageClass = at(object, 'spec', 'storageClassName');
  return {
    name: textAt(object, 'metadata', 'name'),
    accessModes: listAt(object, 'spec', 'accessModes').filter((mode): mode is string => typeof mode === 'string'),
    storageClass: typeof storageClass === 'string' ? storageClass : undefined,
    storage: quantityAt(object, 'spec', 'resources', 'requests', 'storage') ?? 0,
    count: 1,
  };
}

function ingress(object: unknown): PlannedIngress {
  const named = textAt(object, 'spec', 'ingressClassName');
  const annotated = textAt(object, 'metadata', 'annotations', 'kubernetes.io/ingress.class');
  const className = named || annotated;
  return {
    name: textAt(object, 'metadata', 'name'),
    className: className === '' ? undefined : className,
    ...(named === '' && annotated !== '' ? { byAnnotation: true } : {}),
    tls: listAt(object, 'spec', 'tls').length > 0,
  };
}
