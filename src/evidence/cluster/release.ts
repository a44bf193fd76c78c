import { listAt, textAt } from '../../base/json-path.ts';
import { type CollectContext, CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import { fromCluster, fromClusterIfThere } from './connect.ts';

export interface NamespaceFact {
  readonly name: string;
  readonly exists: boolean;
  /** `Active`, `Terminating`, or empty. */
  readonly phase: string;
  /**
   * Pod Security level that is enforced: `privileged`, `baseline`, `restricted`; empty if the namespace has no such
   * label.
   */
  readonly enforces: string;
}
export const CLUSTER_NAMESPACE = evidenceKey<NamespaceFact>('cluster.namespace', 2);

export const clusterNamespaceCollector: Collector<NamespaceFact> = {
  key: CLUSTER_NAMESPACE,
  timeoutMs: 15_000,
  collect: async (context) => {
    const { namespace } = releaseOf(context);
    const found = await fromClusterIfThere(context, `get namespace ${namespace}`, (cluster) =>
      cluster.get(`/api/v1/namespaces/${namespace}`, context.signal),
    );
    return {
      name: namespace,
      exists: found !== undefined,
      phase: textAt(found, 'status', 'phase'),
      enforces: textAt(found, 'metadata', 'labels', 'pod-security.kubernetes.io/enforce'),
    };
  },
};

export interface ClaimFact {
  readonly name: string;
  readonly phase: string;
  readonly accessModes: readonly string[];
}

/** The newest record of a Helm release, and the claims labelled with its name. */
export interface ReleaseFact {
  /** Helm's status: deployed, failed, pending-install, …; undefined if there is no release. */
  readonly status: string | undefined;
  readonly revision: number | undefined;
  readonly claims: readonly ClaimFact[];
}
export const CLUSTER_RELEASE = evidenceKey<ReleaseFact>('cluster.release', 1);

/**
 * Reads labels of Helm's records (its default Secret driver) instead of `helm status`, which also prints the release's
 * values.
 */
export const clusterReleaseCollector: Collector<ReleaseFact> = {
  key: CLUSTER_RELEASE,
  timeoutMs: 30_000,
  collect: async (context) => {
    const { name, namespace } = releaseOf(context);
    const secrets = `/api/v1/namespaces/${namespace}/secrets?labelSelector=owner%3Dhelm%2Cname%3D${name}`;
    const claims = `/api/v1/namespaces/${namespace}/persistentvolumeclaims?labelSelector=app.kubernetes.io%2Finstance%3D${name}`;
    const records = await fromCluster(context, `list secrets in namespace ${namespace}`, (cluster) =>
      cluster.list(secrets, record, context.signal),
    );
    const kept = await fromCluster(context, `list persistentvolumeclaims in namespace ${namespace}`, (cluster) =>
      cluster.list(claims, claimFact, context.signal),
    );
    const newest = records.toSorted((a, b) => b.revision - a.revision)[0];
    return { status: newest?.status, revision: newest?.revision, claims: kept };
  },
};

function record(secret: unknown): { readonly status: string; readonly revision: number } {
  return {
    status: textAt(secret, 'metadata', 'labels', 'status'),
    revision: Number(textAt(secret, 'metadata', 'labels', 'version')),
  };
}

function claimFact(claim: unknown): ClaimFact {
  return {
    name: textAt(claim, 'metadata', 'name'),
    phase: textAt(claim, 'status', 'phase'),
    accessModes: listAt(claim, 'spec', 'accessModes').filter((mode): mode is string => typeof mode === 'string'),
  };
}

function releaseOf({ deployment }: CollectContext): { readonly name: string; readonly namespace: string } {
  if (deployment?.target.type !== 'kubernetes') throw new CollectionError('absent', 'a deployment on Kubernetes');
  return { name: deployment.name, namespace: deployment.target.namespace };
}
