import { isObject } from '../../base/json.ts';
import { at, quantityAt, textAt } from '../../base/json-path.ts';
import { NO_DEMANDS } from './demands.ts';
import { composeProcess } from './process.ts';
import type { PlannedWorkload, RenderedSet } from './set.ts';

/** The set of a Compose project: its services. One-shot services (`restart: "no"`) are objects but no workloads. */
export function composeSet(project: unknown): RenderedSet {
  const services = at(project, 'services');
  const entries = isObject(services) ? Object.entries(services) : [];
  const staying = entries.filter(([, service]) => textAt(service, 'restart') !== 'no');
  return {
    objects: entries.map(([name]) => ({ apiVersion: 'compose', kind: 'service', name })),
    workloads: staying.map(([name, service]) => composeWorkload(name, service)),
    claims: [],
    ingresses: [],
    routes: [],
    autoscalers: [],
  };
}

function composeWorkload(name: string, service: unknown): PlannedWorkload {
  const replicas = at(service, 'deploy', 'replicas') ?? at(service, 'scale');
  const reserved = at(service, 'deploy', 'resources', 'reservations');
  return {
    kind: 'service',
    name,
    replicas: typeof replicas === 'number' ? replicas : 1,
    images: [textAt(service, 'image')],
    claims: [],
    demands: NO_DEMANDS,
    ...composeProcess(name, service),
    pod: {
      cpu: Number(at(reserved, 'cpus') ?? 0),
      memory: composeBytes(at(reserved, 'memory')),
      labels: {},
      nodeSelector: {},
      tolerations: [],
      nodeTerms: [],
      apart: [],
      together: [],
    },
  };
}

const COMPOSE_UNITS: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Bytes of Compose's notation (`512M`, `1gb`), with powers of 1024, or of a Kubernetes quantity. */
function composeBytes(value: unknown): number {
  if (typeof value === 'number') return value;
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)([bkmgt])b?$/i.exec(value) : null;
  if (match === null) return quantityAt({ value }, 'value') ?? 0;
  return Number(match[1]) * (COMPOSE_UNITS[(match[2] ?? 'b').toLowerCase()] ?? 1);
}
