import { textAt } from '../../base/json-path.ts';
import type { KubernetesObject, RenderedKubernetes } from '../../render/rendered.ts';
import { CollectionError, type Collector, evidenceKey, type Need } from '../evidence.ts';
import { shared } from '../read-once.ts';
import { dryRunRequests } from '../rendered/dry-run.ts';
import { notRendered } from '../rendered/not-rendered.ts';
import { chartObjects } from '../rendered/objects.ts';
import { type Refusal, refusalsIn } from './dry-run.ts';
import { plannedKinds } from './planned-kinds.ts';
import { CLUSTER_NAMESPACE } from './release.ts';

export interface AdmissionFact {
  /** If false, nothing was requested: a dry run needs the namespace. */
  readonly namespaceExists: boolean;
  /** Number of objects and pods in the dry run. */
  readonly asked: number;
  readonly refusals: readonly Refusal[];
}
export const CLUSTER_ADMISSION = evidenceKey<AdmissionFact>('cluster.admission', 1);

/**
 * Sends everything that an install would create to the API server as a dry run: nothing is stored, and no value of a
 * Secret is sent.
 */
export const clusterAdmissionCollector: Collector<AdmissionFact> = {
  key: CLUSTER_ADMISSION,
  timeoutMs: 240_000,
  collect: async (context, need) => {
    const { deployment, rendered } = context;
    if (deployment?.target.type !== 'kubernetes') throw new CollectionError('absent', 'a deployment on Kubernetes');
    if (rendered?.target !== 'kubernetes') throw notRendered(context.renderFault);
    context.questions?.begin();
    if (!(await namespaceExists(need))) return { namespaceExists: false, asked: 0, refusals: [] };
    const release = { name: deployment.name, namespace: deployment.target.namespace };
    const chart = (await shared(chartObjects, context, need)).filter(isKubernetesObject);
    const { resourceOf } = await shared(plannedKinds, context, need);
    const isKnown = ({ apiVersion, kind }: KubernetesObject) => resourceOf(apiVersion, kind) !== undefined;
    const requests = dryRunRequests(release, chart.filter(isKnown), ownObjects(rendered).filter(isKnown));
    const places = [...new Set(requests.map(({ namespace }) => namespace))];
    const refusals = await Promise.all(
      places.map((place) =>
        refusalsIn(
          context,
          place,
          requests.filter(({ namespace }) => namespace === place),
          resourceOf,
        ),
      ),
    );
    return { namespaceExists: true, asked: requests.length, refusals: refusals.flat() };
  },
};

/** A namespace that may not be read is assumed to exist. */
async function namespaceExists(need: Need): Promise<boolean> {
  return need(CLUSTER_NAMESPACE).then(
    ({ exists }) => exists,
    (error: unknown) => {
      if (error instanceof CollectionError && error.outcome === 'denied') return true;
      throw error;
    },
  );
}

function ownObjects({ secret, manifests }: RenderedKubernetes): readonly KubernetesObject[] {
  const { name, data } = secret;
  return [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'Opaque', immutable: true, data },
    ...manifests,
  ];
}

function isKubernetesObject(value: unknown): value is KubernetesObject {
  return [textAt(value, 'apiVersion'), textAt(value, 'kind'), textAt(value, 'metadata', 'name')].every(Boolean);
}
