import { textAt } from '../../base/json-path.ts';
import type { KubernetesObject, RenderedKubernetes } from '../../render/rendered.ts';
import { CollectionError, type Collector, evidenceKey, type Need } from '../evidence.ts';
import { dryRunRequests } from '../rendered/dry-run.ts';
import { chartObjects } from '../rendered/objects.ts';
import { type Refusal, refusalsIn } from './dry-run.ts';
import { CLUSTER_NAMESPACE } from './release.ts';
import { CLUSTER_RIGHTS } from './rights.ts';

export interface AdmissionFact {
  /** False: nothing could be asked of a namespace that is not there. */
  readonly namespaceExists: boolean;
  /** Objects and pods that were asked for. */
  readonly asked: number;
  readonly refusals: readonly Refusal[];
}
export const CLUSTER_ADMISSION = evidenceKey<AdmissionFact>('cluster.admission', 1);

/** Asks the API server for everything that an install would make, as a dry run: nothing is stored, and no value of a Secret is sent. */
export const clusterAdmissionCollector: Collector<AdmissionFact> = {
  key: CLUSTER_ADMISSION,
  timeoutMs: 240_000,
  collect: async (context, need) => {
    const { deployment, rendered } = context;
    if (deployment?.target.type !== 'kubernetes') throw new CollectionError('absent', 'a deployment on Kubernetes');
    if (rendered?.target !== 'kubernetes')
      throw new CollectionError('absent', context.renderFault ?? 'a deployment file');
    if (!(await namespaceExists(need))) return { namespaceExists: false, asked: 0, refusals: [] };
    const release = { name: deployment.name, namespace: deployment.target.namespace };
    const chart = (await chartObjects(context, rendered, need)).filter(isKubernetesObject);
    const { unknownKinds } = await need(CLUSTER_RIGHTS);
    const isKnown = ({ apiVersion, kind }: KubernetesObject) => !unknownKinds.includes(`${kind} (${apiVersion})`);
    const requests = dryRunRequests(release, chart.filter(isKnown), ownObjects(rendered).filter(isKnown));
    const places = [...new Set(requests.map(({ namespace }) => namespace))];
    const refusals = await Promise.all(
      places.map((place) =>
        refusalsIn(
          context,
          place,
          requests.filter(({ namespace }) => namespace === place),
        ),
      ),
    );
    return { namespaceExists: true, asked: requests.length, refusals: refusals.flat() };
  },
};

/** One that may not be looked at is taken to be there. */
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
