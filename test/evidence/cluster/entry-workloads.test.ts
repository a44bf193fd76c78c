import { expect, test } from 'vitest';
import { entryWorkloadsCollector } from '../../../src/evidence/cluster/entry-workloads.ts';
import type { Runner } from '../../../src/exec/runner.ts';
import { collectContext } from '../../support/check-runs.ts';

interface Workload {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly status?: object;
}

const itemOf = ({ name, image, args = [], labels = {}, status = {} }: Workload) => ({
  metadata: { name, namespace: 'edge', labels },
  spec: { template: { spec: { containers: [{ name: 'main', image, args }] } } },
  status,
});

/** An API server with these workloads. */
function clusterWith(deployments: readonly Workload[], daemonSets: readonly Workload[]): Runner {
  return {
    run: async (_, args, { onStdout } = {}) => {
      const path = args.at(-1) ?? '';
      const items = (path.includes('/daemonsets') ? daemonSets : deployments).map(itemOf);
      onStdout?.(Buffer.from(JSON.stringify({ items })));
      return { exitCode: 0, stdout: '', stderr: '' };
    },
  };
}

const found = (deployments: readonly Workload[], daemonSets: readonly Workload[] = []) =>
  entryWorkloadsCollector.collect(collectContext({ runner: clusterWith(deployments, daemonSets) }), async () => {
    throw new Error('nothing else is needed');
  });

const NGINX = 'registry.k8s.io/ingress-nginx/controller:v1.13.3@sha256:1b04';

test('a controller is found by its image, its class by its argument, and the ready pods are counted', async () => {
  const internal = ['--controller-class=k8s.io/internal-nginx'];
  const deployments = [
    { name: 'public', image: NGINX, status: { readyReplicas: 2 } },
    { name: 'internal', image: NGINX, args: ['/nginx-ingress-controller', ...internal], status: { readyReplicas: 1 } },
    { name: 'traefik', image: 'docker.io/traefik:v3.5.0' },
    { name: 'web', image: 'nginx:1.29' },
  ];
  const facts = await found(deployments, [{ name: 'kong', image: 'kong:3.9', status: { numberReady: 6 } }]);
  expect(facts.map(({ kind, name, controller, ready }) => [kind, name, controller, ready])).toEqual([
    ['Deployment', 'public', 'k8s.io/ingress-nginx', 2],
    ['Deployment', 'internal', 'k8s.io/internal-nginx', 1],
    ['Deployment', 'traefik', 'traefik.io/ingress-controller', 0],
    ['DaemonSet', 'kong', 'ingress-controllers.konghq.com/kong', 6],
  ]);
});

test('the proxies of a Gateway are found by their labels', async () => {
  const envoy = {
    'gateway.envoyproxy.io/owning-gateway-name': 'public',
    'gateway.envoyproxy.io/owning-gateway-namespace': 'apps',
  };
  const facts = await found([
    { name: 'own', image: 'istio/proxyv2:1.27', labels: { 'gateway.networking.k8s.io/gateway-name': 'public' } },
    { name: 'envoy', image: 'envoyproxy/envoy:v1.35', labels: envoy },
  ]);
  expect(facts.map(({ name, gateway }) => [name, gateway])).toEqual([
    ['own', 'edge/public'],
    ['envoy', 'apps/public'],
  ]);
});
