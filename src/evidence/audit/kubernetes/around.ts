import { at, labelsAt, listAt, textAt } from '../../../base/json-path.ts';
import { fromCluster } from '../../cluster/connect.ts';
import type { CollectContext } from '../../evidence.ts';
import type { AuditedBudget, AuditedClaim, AuditedPods, AuditedRelease, AuditedScaler } from '../facts.ts';
import { releaseOf } from '../installation.ts';
import { type LiveObject, listObjects, liveWorkloads } from './objects.ts';
import { selectorOf } from './workloads.ts';

type Labels = Readonly<Record<string, string>>;

/** The running pods of each workload. */
export async function releasePods(context: CollectContext): Promise<readonly AuditedPods[]> {
  const workloads = await liveWorkloads(context);
  const pods = await listObjects(context, { version: 'v1', resource: 'pods' });
  const running = pods.filter((pod) => !['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase')));
  return workloads.map(({ name, object }) => {
    const own = running.filter((pod) => hasLabels(labelsAt(pod, 'metadata', 'labels'), selectorOf(object)));
    const nodes = own.map((pod) => textAt(pod, 'spec', 'nodeName')).filter((node) => node !== '');
    return { workload: name, nodes, hasToken: own.some(hasToken) };
  });
}

/** True if the API server, or the author of the pod, mounts a token of a service account in one of its containers. */
function hasToken(pod: unknown): boolean {
  return listAt(pod, 'spec', 'volumes').some((volume) =>
    listAt(volume, 'projected', 'sources').some((source) => at(source, 'serviceAccountToken') !== undefined),
  );
}

/** The HorizontalPodAutoscalers of the workloads. */
export async function releaseScalers(context: CollectContext): Promise<readonly AuditedScaler[]> {
  const scalers = await listObjects(context, { version: 'autoscaling/v2', resource: 'horizontalpodautoscalers' });
  return scalers.map((scaler) => ({
    workload: textAt(scaler, 'spec', 'scaleTargetRef', 'name'),
    least: Number(at(scaler, 'spec', 'minReplicas') ?? 1),
    most: Number(at(scaler, 'spec', 'maxReplicas') ?? 1),
  }));
}

/** The disruption budgets of the namespace, with the workloads that each protects. */
export async function releaseBudgets(context: CollectContext): Promise<readonly AuditedBudget[]> {
  const workloads = await liveWorkloads(context);
  const budgets = await listObjects(context, { version: 'policy/v1', resource: 'poddisruptionbudgets' });
  return budgets.map((budget) => selection(budget, at(budget, 'spec', 'selector'), workloads));
}

/** The NetworkPolicies of the namespace that limit egress, with the workloads that each limits. */
export async function releasePolicies(context: CollectContext): Promise<readonly AuditedBudget[]> {
  const workloads = await liveWorkloads(context);
  const policies = await listObjects(context, { version: 'networking.k8s.io/v1', resource: 'networkpolicies' });
  return policies
    .filter((policy) => listAt(policy, 'spec', 'policyTypes').includes('Egress'))
    .map((policy) => selection(policy, at(policy, 'spec', 'podSelector'), workloads));
}

function selection(object: unknown, selector: unknown, workloads: readonly LiveObject[]): AuditedBudget {
  return {
    name: textAt(object, 'metadata', 'name'),
    workloads: workloads.filter((workload) => isSelectedBy(selector, workload)).map(({ name }) => name),
  };
}

/** An empty selector selects every pod. */
function isSelectedBy(selector: unknown, { object }: LiveObject): boolean {
  const labels = labelsAt(object, 'spec', 'template', 'metadata', 'labels');
  const rules = listAt(selector, 'matchExpressions');
  return hasLabels(labels, labelsAt(selector, 'matchLabels')) && rules.every((rule) => holds(rule, labels));
}

function holds(rule: unknown, labels: Labels): boolean {
  const value = labels[textAt(rule, 'key')];
  const isListed = value !== undefined && listAt(rule, 'values').includes(value);
  switch (textAt(rule, 'operator')) {
    case 'In':
      return isListed;
    case 'NotIn':
      return !isListed;
    case 'Exists':
      return value !== undefined;
    default:
      return value === undefined;
  }
}

function hasLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

/** The claims of the namespace. */
export async function releaseClaims(context: CollectContext): Promise<readonly AuditedClaim[]> {
  const claims = await listObjects(context, { version: 'v1', resource: 'persistentvolumeclaims' });
  return claims.map((claim) => ({
    name: textAt(claim, 'metadata', 'name'),
    accessModes: listAt(claim, 'spec', 'accessModes').map(String),
  }));
}

/** The newest record of Helm, from the labels of its Secrets. Their contents are not kept. */
export async function releaseRecord(context: CollectContext): Promise<AuditedRelease> {
  const { name, namespace } = releaseOf(context);
  const path = `/api/v1/namespaces/${namespace}/secrets?labelSelector=owner%3Dhelm%2Cname%3D${encodeURIComponent(name)}`;
  const records = await fromCluster(context, `list secrets in namespace ${namespace}`, (cluster) =>
    cluster.list(
      path,
      (secret) => ({
        status: textAt(secret, 'metadata', 'labels', 'status'),
        revision: Number(textAt(secret, 'metadata', 'labels', 'version')),
      }),
      context.signal,
    ),
  );
  return records.toSorted((a, b) => b.revision - a.revision)[0] ?? { status: undefined, revision: undefined };
}
