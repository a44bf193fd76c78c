import type { JsonObject } from '../../base/json.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { KubernetesObject } from '../rendered.ts';
import { ownObject } from './own-object.ts';

/** The service account of the CronJobs, and what a backup may do: take the lock, and read what is installed. */
export function backupRights(deployment: Deployment, name: string): readonly KubernetesObject[] {
  const namespace = deployment.target.type === 'kubernetes' ? deployment.target.namespace : '';
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  return [
    ownObject(deployment, 'serviceAccount', name, { automountServiceAccountToken: false }),
    ownObject(deployment, 'role', name, { rules: rules(deployment) }),
    ownObject(deployment, 'roleBinding', name, { roleRef, subjects }),
  ];
}

/** True if the vectors of a bundled store are copied, through a port-forward to its pod. */
export function copiesBundledVectors({ vectorStore, recovery }: Deployment): boolean {
  return vectorStore.mode === 'bundled' && recovery?.vectorStore?.strategy === 'snapshot';
}

/** RBAC cannot restrict `create` and `list` to names of objects. Revisions and helm's records are Secrets. */
function rules(deployment: Deployment): readonly JsonObject[] {
  const { name, postgres } = deployment;
  const core = (resource: string, ...verbs: readonly string[]) => ({ apiGroups: [''], resources: [resource], verbs });
  const lease = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] };
  // pg_dump of a bundled PostgreSQL runs in its own container.
  const exec = postgres.mode === 'bundled' ? [core('pods/exec', 'create')] : [];
  const forward = copiesBundledVectors(deployment) ? [core('services', 'get'), core('pods/portforward', 'create')] : [];
  const reached = [...exec, ...forward];
  return [
    { ...lease, verbs: ['create'] },
    { ...lease, resourceNames: [`difyctl-${name}`], verbs: ['get', 'update', 'patch', 'delete'] },
    core('secrets', 'get', 'list'),
    ...(reached.length === 0 ? [] : [core('pods', 'get', 'list'), ...reached]),
  ];
}
