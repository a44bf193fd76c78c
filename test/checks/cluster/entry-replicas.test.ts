import { describe, expect, test } from 'vitest';
import { INGRESS_CLASSES } from '../../../src/evidence/cluster/classes.ts';
import { CLUSTER_ENTRY_WORKLOADS, type EntryWorkloadFact } from '../../../src/evidence/cluster/entry-workloads.ts';
import { type PlannedRoute, RENDERED_OBJECTS } from '../../../src/evidence/rendered/set.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { rendered } from '../../support/cluster-facts.ts';
import { sampleDeployment } from '../../support/deployments.ts';

const CONTROLLER = 'k8s.io/ingress-nginx';
const DEPLOYMENT = sampleDeployment('prod-kubernetes-s3-qdrant');
const ROUTE: PlannedRoute = {
  name: 'dify',
  hostnames: [],
  parents: [{ kind: 'Gateway', namespace: 'edge', name: 'public', section: '', port: 0 }],
};
const workload = (over: Partial<EntryWorkloadFact>): EntryWorkloadFact => ({
  kind: 'Deployment',
  namespace: 'ingress-nginx',
  name: 'ingress-nginx-controller',
  controller: CONTROLLER,
  gateway: '',
  ready: 2,
  ...over,
});

interface Case {
  readonly workloads: readonly EntryWorkloadFact[];
  readonly controller?: string;
  readonly routes?: readonly PlannedRoute[];
  readonly isTest?: true;
}

function verdict({ workloads, controller = CONTROLLER, routes = [], isTest }: Case) {
  const ingresses = routes.length > 0 ? [] : [{ name: 'dify', className: 'nginx', tls: true }];
  const deployment = isTest ? { ...DEPLOYMENT, tier: 'test' as const } : DEPLOYMENT;
  const { status, message } = judged(checkOf('cluster.entry-replicas'), {
    deployment,
    tier: deployment.tier,
    seen: [
      [RENDERED_OBJECTS, rendered({ ingresses, routes })],
      [INGRESS_CLASSES, [{ name: 'nginx', controller, isDefault: false }]],
      [CLUSTER_ENTRY_WORKLOADS, workloads],
    ],
  });
  return [status, message];
}

describe('cluster.entry-replicas', () => {
  test.each<[string, Case, readonly string[]]>([
    ['two pods', { workloads: [workload({})] }, ['pass', 'k8s.io/ingress-nginx has 2 ready pods']],
    [
      'one pod',
      { workloads: [workload({ ready: 1 })] },
      ['warn', 'k8s.io/ingress-nginx has 1 ready pod: while that pod or its node is replaced, Dify cannot be reached'],
    ],
    [
      'one pod in test',
      { workloads: [workload({ ready: 1 })], isTest: true },
      ['pass', 'k8s.io/ingress-nginx has 1 ready pod'],
    ],
    [
      'no ready pod',
      { workloads: [workload({ ready: 0 })] },
      ['fail', 'k8s.io/ingress-nginx has 0 ready pods: it accepts no request for Dify'],
    ],
    [
      'pods of another class only',
      { workloads: [workload({ controller: 'k8s.io/internal' })] },
      ['skip', 'skipped: no pod of k8s.io/ingress-nginx is known by its image or label'],
    ],
    [
      'a load balancer of the cloud',
      { workloads: [], controller: 'ingress.k8s.aws/alb' },
      ['pass', 'a load balancer of the cloud accepts the requests'],
    ],
    [
      'the proxies of a Gateway',
      { workloads: [workload({ controller: '', gateway: 'edge/public', ready: 1 })], routes: [ROUTE] },
      ['warn', 'Gateway edge/public has 1 ready pod: while that pod or its node is replaced, Dify cannot be reached'],
    ],
  ])('%s', (_, given, expected) => {
    expect(verdict(given)).toEqual(expected);
  });
});
