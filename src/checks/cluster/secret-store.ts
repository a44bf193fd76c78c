import { shellWord } from '../../base/shell-word.ts';
import { externalStore } from '../../deployment/external-secrets.ts';
import { CLUSTER_SECRET_STORE, type SecretStoreFact } from '../../evidence/cluster/secret-store.ts';
import type { Check, Judgement } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { error, whereFile } from '../when.ts';

const INSTALL = 'install External Secrets: https://external-secrets.io/latest/introduction/getting-started/';

/** Without the store no Secret is created, and no pod of Dify starts. */
export const clusterSecretStore: Check = {
  id: 'cluster.secret-store',
  title: 'External Secrets can read the store that secrets.store names',
  phases: ['preflight'],
  severity: error,
  when: whereFile((deployment) => externalStore(deployment) !== undefined),
  requires: [CLUSTER_SECRET_STORE],
  remedy: 'kubectl get secretstores,clustersecretstores -A',
  judge: (context) => {
    const store = context.evidence(CLUSTER_SECRET_STORE);
    const expected = 'a store that External Secrets reports as Ready';
    const fault = faultOf(store);
    return fault === undefined
      ? pass(`${label(store)} is Ready`, expected)
      : finding(fault.status, { expected, ...fault });
  },
};

type Fault = Pick<Judgement, 'remedy'> & { readonly status: 'fail' | 'warn'; readonly observed: string };

function faultOf(store: SecretStoreFact): Fault | undefined {
  const { kind, name, namespace, version, served, exists, ready, why, refusesNamespace } = store;
  if (served.length === 0) return { status: 'fail', observed: 'External Secrets is not installed', remedy: INSTALL };
  if (!served.includes(version)) {
    const other =
      version === 'v1' ? 'set secrets.apiVersion: v1beta1, or upgrade External Secrets' : 'remove secrets.apiVersion';
    const observed = `the cluster serves external-secrets.io ${listed(served)}, and ${version} is rendered`;
    return { status: 'fail', observed, remedy: other };
  }
  if (!exists) return { status: 'fail', observed: `${label(store)} does not exist` };
  const at = namespace === '' ? '' : ` -n ${shellWord(namespace)}`;
  const remedy = `kubectl describe ${kind.toLowerCase()} ${shellWord(name)}${at}`;
  if (refusesNamespace) {
    return { status: 'fail', observed: `${label(store)} does not allow the namespace (spec.conditions)`, remedy };
  }
  if (ready === false) return { status: 'fail', observed: `${label(store)} is not Ready: ${why}`, remedy };
  if (ready === true) return undefined;
  const observed = `the operator reports no state of ${label(store)}`;
  return {
    status: 'warn',
    observed,
    remedy: 'check that the operator runs: kubectl get pods -A | grep external-secrets',
  };
}

function label({ kind, name, namespace }: SecretStoreFact): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}
