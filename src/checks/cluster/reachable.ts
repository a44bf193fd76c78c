import { isOlder, minorOf } from '../../base/version-order.ts';
import { OLDEST_KUBERNETES } from '../../checklist/nodes.ts';
import { KUBECTL_SKEW } from '../../checklist/tools.ts';
import { CLUSTER_VERSION } from '../../evidence/cluster/version.ts';
import { KUBECTL } from '../../evidence/tools.ts';
import type { Check } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { error, onKubernetes, warning } from '../when.ts';

export const clusterReachable: Check = {
  id: 'cluster.reachable',
  title: 'the API server answers and accepts the credentials',
  phases: ['preflight'],
  severity: error,
  when: onKubernetes,
  requires: [],
  optional: [CLUSTER_VERSION],
  remedy: 'kubectl cluster-info; choose another cluster with --context',
  judge: (context) => {
    const seen = context.optionalEvidence(CLUSTER_VERSION);
    if (seen?.outcome === 'ok') return pass(`Kubernetes ${seen.data?.gitVersion ?? ''} answers`);
    return finding('fail', {
      observed: seen?.missing ?? 'no answer',
      expected: 'an answer from the API server',
      message: seen?.missing ?? 'the API server does not answer',
    });
  },
};

export const clusterVersion: Check = {
  id: 'cluster.version',
  title: 'Kubernetes is 1.24 or newer',
  phases: ['preflight'],
  severity: error,
  when: onKubernetes,
  requires: [CLUSTER_VERSION],
  remedy: 'upgrade the cluster to a supported Kubernetes release',
  judge: (context) => {
    const { gitVersion } = context.evidence(CLUSTER_VERSION);
    const expected = `${OLDEST_KUBERNETES} or newer`;
    const observed = `Kubernetes ${gitVersion}`;
    return isOlder(gitVersion, OLDEST_KUBERNETES) ? finding('fail', { observed, expected }) : pass(observed, expected);
  },
};

export const clusterVersionSkew: Check = {
  id: 'cluster.version-skew',
  title: 'kubectl is within one minor version of the cluster',
  phases: ['preflight'],
  severity: warning,
  when: onKubernetes,
  requires: [CLUSTER_VERSION, KUBECTL],
  remedy: 'install a kubectl of the minor version of the cluster',
  judge: (context) => {
    const server = context.evidence(CLUSTER_VERSION).gitVersion;
    const client = context.evidence(KUBECTL).version ?? '';
    const [a, b] = [minorOf(server), minorOf(client)];
    const observed = `kubectl ${client || 'of unknown version'}, cluster ${server}`;
    const expected = 'at most one minor version apart';
    const isApart = a === undefined || b === undefined || Math.abs(a - b) > KUBECTL_SKEW;
    return isApart ? finding('warn', { observed, expected }) : pass(observed, expected);
  },
};
