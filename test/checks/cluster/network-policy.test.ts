import { expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { CLUSTER_POLICY_ENGINES, type PolicyEnginesFact } from '../../../src/evidence/cluster/policy-engines.ts';
import { RENDERED_OBJECTS } from '../../../src/evidence/rendered/set.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { rendered } from '../../support/cluster-facts.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';

const FILE = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
const NONE: PolicyEnginesFact = { engines: [], by: 'daemonsets', apiServer: [] };
const CALICO: PolicyEnginesFact = { ...NONE, engines: ['Calico'] };
const SERVED: PolicyEnginesFact = { ...CALICO, apiServer: ['10.96.0.1', '192.0.2.7', 'fd00::1'] };

it.each<[string, number, PolicyEnginesFact, readonly string[], string, string]>([
  ['an engine', 5, CALICO, [], 'pass', '5 NetworkPolicies rendered, enforced by Calico'],
  [
    'no engine',
    5,
    NONE,
    [],
    'warn',
    '5 NetworkPolicies rendered, unenforced: no DaemonSet of a policy engine was observed',
  ],
  [
    'no engine, by API groups',
    1,
    { ...NONE, by: 'groups' },
    [],
    'warn',
    '1 NetworkPolicy rendered, unenforced: no API group of a policy engine was observed',
  ],
  ['no policy', 0, CALICO, [], 'warn', 'no NetworkPolicy is rendered'],
  [
    'an open API server',
    5,
    SERVED,
    ['192.0.2.0/24'],
    'pass',
    '5 NetworkPolicies rendered, enforced by Calico; to close the API server too, set target.networkPolicy.apiServer: [10.96.0.1/32, fd00::1/128]',
  ],
  [
    'a closed API server',
    5,
    SERVED,
    ['192.0.2.0/24', '10.96.0.1/32', 'fd00::/64'],
    'pass',
    '5 NetworkPolicies rendered, enforced by Calico',
  ],
])('%s', (_, count, engines, apiServer, status, observed) => {
  const target = { ...FILE.target, networkPolicy: { enabled: true, apiServer } };
  const deployment = parsedDeployment({ ...FILE, target } as unknown as JsonObject);
  const objects = Array.from({ length: count }, (__, index) => ({
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', name: `dify-${index}` },
  }));
  const found = judged(checkOf('cluster.network-policy'), {
    deployment,
    seen: [
      [RENDERED_OBJECTS, rendered({ objects })],
      [CLUSTER_POLICY_ENGINES, engines],
    ],
  });
  expect([found.status, found.observed]).toEqual([status, observed]);
});
