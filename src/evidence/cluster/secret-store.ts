import { at, listAt, textAt } from '../../base/json-path.ts';
import { externalStore } from '../../deployment/external-secrets.ts';
import { CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import { fromClusterIfThere } from './connect.ts';

/** The store that `secrets.store` names, as its operator reports it. */
export interface SecretStoreFact {
  readonly kind: string;
  readonly name: string;
  /** Empty for a ClusterSecretStore. */
  readonly namespace: string;
  /** The version of the API that is rendered. */
  readonly version: string;
  /** The versions that the cluster serves. Empty: External Secrets is not installed. */
  readonly served: readonly string[];
  readonly exists: boolean;
  /** Undefined if the operator has not reported a state. */
  readonly ready: boolean | undefined;
  /** The operator's reason and message. Empty if it gives none. */
  readonly why: string;
  /** True if the store lists the namespaces that may use it, and the deployment's is not among them. */
  readonly refusesNamespace: boolean;
}
export const CLUSTER_SECRET_STORE = evidenceKey<SecretStoreFact>('cluster.secret-store', 1);

const GROUP = '/apis/external-secrets.io';

export const secretStoreCollector: Collector<SecretStoreFact> = {
  key: CLUSTER_SECRET_STORE,
  timeoutMs: 60_000,
  collect: async (context) => {
    const { deployment, signal } = context;
    const store = deployment === undefined ? undefined : externalStore(deployment);
    if (store === undefined || deployment?.target.type !== 'kubernetes')
      throw new CollectionError('absent', 'a deployment with secrets.store');
    const { kind, name, apiVersion: version } = store;
    const own = deployment.target.namespace;
    const read = (path: string, right: string) =>
      fromClusterIfThere(context, right, (cluster) => cluster.get(path, signal));
    const served = listAt(await read(GROUP, `get ${GROUP}`), 'versions').map((one) => textAt(one, 'version'));
    const resource = kind === 'SecretStore' ? `namespaces/${own}/secretstores` : 'clustersecretstores';
    const where = kind === 'SecretStore' ? ` in namespace ${own}` : '';
    const right = `get ${kind.toLowerCase()}s.external-secrets.io${where}`;
    const found = served.includes(version) ? await read(`${GROUP}/${version}/${resource}/${name}`, right) : undefined;
    const namespace = kind === 'SecretStore' ? own : '';
    return { kind, name, namespace, version, served, exists: found !== undefined, ...stateOf(found, own) };
  },
};

function stateOf(store: unknown, namespace: string): Pick<SecretStoreFact, 'ready' | 'why' | 'refusesNamespace'> {
  const ready = listAt(store, 'status', 'conditions').find((one) => textAt(one, 'type') === 'Ready');
  const status = textAt(ready, 'status');
  return {
    ready: status === 'True' || status === 'False' ? status === 'True' : undefined,
    why: [textAt(ready, 'reason'), textAt(ready, 'message')].filter((text) => text !== '').join(': '),
    refusesNamespace: isRefused(listAt(store, 'spec', 'conditions'), namespace),
  };
}

/**
 * One condition of a ClusterSecretStore must match (external-secrets.io, ClusterSecretStore, `conditions`). Only lists
 * of names are decided here; a selector or an expression may match.
 */
function isRefused(conditions: readonly unknown[], namespace: string): boolean {
  const mayMatch = (one: unknown): boolean =>
    at(one, 'namespaceSelector') !== undefined ||
    listAt(one, 'namespaceRegexes').length > 0 ||
    listAt(one, 'namespaces').includes(namespace);
  return conditions.length > 0 && !conditions.some(mayMatch);
}
