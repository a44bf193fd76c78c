import path from 'node:path';
import { credentialFiles, writeKubeconfig } from '../../../src/rehearsal/plane/credentials.ts';
import type { Cluster } from './cluster.ts';

/** A rule of a Role, as in RBAC. */
interface RoleRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

export interface LimitedUser {
  readonly name: string;
  /** The namespace of its ServiceAccount and its Role. Created if missing. */
  readonly namespace: string;
  /** Rights within the namespace. */
  readonly rules?: readonly RoleRule[];
  /** Rights in the whole cluster. */
  readonly clusterRules?: readonly RoleRule[];
}

/** Creates a ServiceAccount with exactly these rights. Returns the path of a kubeconfig that uses it. */
export async function limitedUser(cluster: Cluster, user: LimitedUser): Promise<string> {
  const { name, namespace } = user;
  const rbac = 'rbac.authorization.k8s.io';
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  const scoped = { name, namespace };
  const unique = { name: `${namespace}-${name}` };
  await cluster.apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: scoped },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: scoped, rules: user.rules ?? [] },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: scoped,
      roleRef: { apiGroup: rbac, kind: 'Role', name },
      subjects,
    },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: unique, rules: user.clusterRules ?? [] },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: unique,
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: unique.name },
      subjects,
    },
  );
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 86_400 } };
  const granted = (await cluster.api.create(
    `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    request,
  )) as {
    readonly status: { readonly token: string };
  };
  const file = path.join(cluster.folder, `${unique.name}.kubeconfig`);
  await writeKubeconfig({
    file,
    server: cluster.server,
    caFile: credentialFiles(cluster.folder).serverCertificate,
    token: granted.status.token,
    context: `${cluster.context}-${name}`,
    user: name,
    namespace,
  });
  return file;
}
