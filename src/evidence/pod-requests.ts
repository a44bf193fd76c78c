import { at, listAt, quantityAt, textAt } from '../base/json-path.ts';

/** Cores and bytes. */
export interface Requests {
  readonly cpu: number;
  readonly memory: number;
}

const RESOURCES = ['cpu', 'memory'] as const;
type Resource = (typeof RESOURCES)[number];

/**
 * What the scheduler reserves for a pod: the maximum of (a) the sum of all that run concurrently (containers and
 * restartable init containers) and (b) each init container plus the sidecars started before it; plus the overhead of
 * the runtime class. A missing request equals the limit, as the API server defaults it. Requests of the whole pod
 * (`spec.resources`) replace the sum. Source: Kubernetes documentation, "Init Containers: Resource sharing" and
 * "Sidecar Containers".
 */
export function effectiveRequests(spec: unknown): Requests {
  return { cpu: effective(spec, 'cpu'), memory: effective(spec, 'memory') };
}

function effective(spec: unknown, resource: Resource): number {
  const overhead = quantityAt(spec, 'overhead', resource) ?? 0;
  const whole = requested(spec, resource);
  if (whole !== undefined) return whole + overhead;
  let sidecars = 0;
  let starting = 0;
  for (const container of listAt(spec, 'initContainers')) {
    const own = requested(container, resource) ?? 0;
    if (textAt(container, 'restartPolicy') === 'Always') sidecars += own;
    starting = Math.max(starting, textAt(container, 'restartPolicy') === 'Always' ? sidecars : sidecars + own);
  }
  const running = listAt(spec, 'containers').reduce<number>(
    (sum, container) => sum + (requested(container, resource) ?? 0),
    sidecars,
  );
  return Math.max(running, starting) + overhead;
}

function requested(holder: unknown, resource: Resource): number | undefined {
  const resources = at(holder, 'resources');
  return quantityAt(resources, 'requests', resource) ?? quantityAt(resources, 'limits', resource);
}
