import { at, labelsAt, listAt, textAt } from '../../../base/json-path.ts';
import { podDemands } from '../../rendered/demands.ts';
import type { ProbeKind } from '../../rendered/set.ts';
import type { AuditedWorkload, OpenPort } from '../facts.ts';
import { componentOf, storeOf } from '../roles.ts';
import { optionsOf } from '../variables.ts';
import type { LiveObject } from './objects.ts';

const PROBES: readonly ProbeKind[] = ['liveness', 'readiness', 'startup'];
/** Kubernetes starts no pod of a DaemonSet by number: one stands for one of each node. */
const DEFAULT_REPLICAS = 1;

/** The facts of a live workload, without the values of its variables. */
export function auditedWorkload({ kind, name, object }: LiveObject): AuditedWorkload {
  const template = at(object, 'spec', 'template');
  const spec = at(template, 'spec');
  const container = mainContainer(object);
  const image = textAt(container, 'image');
  const component = componentOf(image, {
    label: textAt(template, 'metadata', 'labels', 'component'),
    settings: literalVariables(container),
  });
  const store = component === undefined ? storeOf(image) : undefined;
  const all = [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')];
  const replicas = at(object, 'spec', 'replicas');
  return {
    kind,
    name,
    ...(component === undefined ? {} : { component }),
    ...(store === undefined ? {} : { store }),
    replicas: typeof replicas === 'number' ? replicas : DEFAULT_REPLICAS,
    image,
    images: [...new Set(all.map((one) => textAt(one, 'image')))],
    probes: PROBES.filter((probe) => at(container, `${probe}Probe`) !== undefined),
    containers: podDemands(template).containers,
    claims: claimsOf(spec, object),
    isSpread: hasSpread(spec),
    ports: all.flatMap(hostPorts),
    networks: [],
    options: optionsOf(commandOf(container)),
  };
}

/** The first container of the pod template. */
export function mainContainer(object: unknown): unknown {
  return listAt(object, 'spec', 'template', 'spec', 'containers')[0];
}

/** The command line of a container. */
export function commandOf(container: unknown): readonly string[] {
  return [...listAt(container, 'command'), ...listAt(container, 'args')].map(String);
}

/** The labels that select the pods of a workload. */
export function selectorOf(object: unknown): Readonly<Record<string, string>> {
  return labelsAt(object, 'spec', 'selector', 'matchLabels');
}

function literalVariables(container: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(listAt(container, 'env').map((one) => [textAt(one, 'name'), textAt(one, 'value')]));
}

/** The claims that the pods share. A StatefulSet makes one for each pod from its templates: those are not shared. */
function claimsOf(spec: unknown, object: unknown): readonly string[] {
  const own = new Set(listAt(object, 'spec', 'volumeClaimTemplates').map((one) => textAt(one, 'metadata', 'name')));
  return listAt(spec, 'volumes')
    .filter((volume) => !own.has(textAt(volume, 'name')))
    .map((volume) => textAt(volume, 'persistentVolumeClaim', 'claimName'))
    .filter((name) => name !== '');
}

function hasSpread(spec: unknown): boolean {
  const apart = at(spec, 'affinity', 'podAntiAffinity');
  const rules = [
    ...listAt(apart, 'requiredDuringSchedulingIgnoredDuringExecution'),
    ...listAt(apart, 'preferredDuringSchedulingIgnoredDuringExecution'),
    ...listAt(spec, 'topologySpreadConstraints'),
  ];
  return rules.length > 0;
}

function hostPorts(container: unknown): readonly OpenPort[] {
  return listAt(container, 'ports').flatMap((port) => {
    const number = Number(at(port, 'hostPort') ?? 0);
    if (number === 0) return [];
    const address = textAt(port, 'hostIP') || '0.0.0.0';
    return [
      {
        port: Number(at(port, 'containerPort')),
        at: `${address}:${number}`,
        isLocal: /^(127\.|::1$)/.test(address),
      },
    ];
  });
}
