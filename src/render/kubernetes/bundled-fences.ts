import type { JsonObject } from '../../base/json.ts';
import type { ComponentName } from '../../checklist/components.ts';
import type { PlannedComponent } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { API_PROCESSES } from '../../providers/chart-block.ts';
import type { KubernetesObject } from '../rendered.ts';
import { allPodLabels, type ChartNames } from './names.ts';
import { ownObject } from './own-object.ts';

type Planned = Readonly<Record<ComponentName, PlannedComponent>>;

interface BundledFence {
  readonly service: 'postgres' | 'redis' | 'vectorStore';
  /** Suffix of the policy's name. */
  readonly suffix: string;
  /** The labels that the subchart gives its pods. */
  readonly labels: (release: string) => Readonly<Record<string, string>>;
  /** The components that connect to it. */
  readonly clients: readonly ComponentName[];
}

/**
 * The bundled data services. Labels: bitnami common 2.x (`common.labels.matchLabels`) for PostgreSQL and Redis, the
 * StatefulSet of weaviate-helm for Weaviate, which has no label of the release.
 */
const BUNDLED: readonly BundledFence[] = [
  {
    service: 'postgres',
    suffix: 'postgresql',
    labels: (release) => ({ 'app.kubernetes.io/name': 'postgresql', 'app.kubernetes.io/instance': release }),
    clients: [...API_PROCESSES, 'pluginDaemon'],
  },
  {
    service: 'redis',
    suffix: 'redis',
    labels: (release) => ({ 'app.kubernetes.io/name': 'redis', 'app.kubernetes.io/instance': release }),
    clients: [...API_PROCESSES, 'pluginDaemon', 'agentBackend'],
  },
  { service: 'vectorStore', suffix: 'weaviate', labels: () => ({ app: 'weaviate' }), clients: API_PROCESSES },
];

/**
 * One policy for each bundled data service: only the components that connect to it, its own replicas, and pods of
 * difyctl, which probe it, reach it.
 */
export function bundledFences(
  deployment: Deployment,
  planned: Planned,
  names: ChartNames,
): readonly KubernetesObject[] {
  return BUNDLED.filter(({ service }) => deployment[service].mode === 'bundled').map(({ suffix, labels, clients }) => {
    const own = labels(names.release);
    const from = [...clients.filter((name) => planned[name].enabled).flatMap((name) => allPodLabels(names, name)), own];
    return ownObject(deployment, 'networkPolicy', `${names.full}-${suffix}`, {
      spec: {
        podSelector: { matchLabels: { ...own } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [...from.map(pods), JOBS] }],
      },
    });
  });
}

/** Pods of difyctl's own jobs: probes, and the migration. */
const JOBS: JsonObject = { podSelector: { matchExpressions: [{ key: 'difyctl/job', operator: 'Exists' }] } };

function pods(labels: Readonly<Record<string, string>>): JsonObject {
  return { podSelector: { matchLabels: { ...labels } } };
}
