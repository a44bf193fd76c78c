import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckReport } from '../../src/checks/check.ts';
import type { TempWorkspace } from '../support/difyctl.ts';
import { findingsOf, statusesOf } from '../support/findings.ts';
import { createKubernetesFixture, type KubernetesFixture } from '../support/kubernetes-fixture.ts';
import { useSharedCluster } from '../testbed/fixtures.ts';

/** What postflight reads from the cluster, with the real scheduler and controllers; pods of simulated nodes run nothing. */
const testbed = useSharedCluster();
/** One component with an autoscaler. */
const AUTOSCALING = 'components.web.autoscaling={maxReplicas: 6}';
const NODE = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

describe('a production on six nodes in three zones', () => {
  let scene: KubernetesFixture;
  let place: TempWorkspace;
  const kubectl = (...args: readonly string[]) => testbed.cluster.kubectl(['-n', scene.namespace, ...args]);
  const patch = (object: string, change: object) =>
    kubectl('patch', object, '--type=merge', '-p', JSON.stringify(change));
  const pin = (component: string, nodeSelector: Readonly<Record<string, string>>) =>
    patch(`deployment/dify-${component}`, { spec: { template: { spec: { nodeSelector } } } });
  const postflight = async (): Promise<CheckReport> => {
    const only = 'app.workloads,app.endpoints,app.spread,app.budgets,app.autoscalers';
    const run = await place.run('postflight', '--only', only, '--set', AUTOSCALING, '-o', 'json');
    return JSON.parse(run.stdout) as CheckReport;
  };

  beforeAll(async () => {
    scene = await createKubernetesFixture(testbed.cluster, 'postflight');
    place = await scene.workplace();
    const installed = await place.run('install', '--yes', '--set', AUTOSCALING);
    expect(installed, installed.stderr).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await scene.end();
    await testbed.cluster.kubectl(['delete', 'namespace', scene.namespace, '--ignore-not-found', '--wait=false']);
  });

  test('passes the checks of nodes, budgets, endpoints and replicas', async () => {
    const statuses = { workloads: 'pass', endpoints: 'pass', spread: 'pass', budgets: 'pass' };
    expect(statusesOf(await postflight())).toEqual(
      Object.fromEntries(Object.entries(statuses).map(([name, status]) => [`app.${name}`, status])),
    );
  });

  test('pods on one node or in one zone, a budget at 0, a lost autoscaler, an empty Service: each is found', async () => {
    const zone = await kubectl(
      'get',
      'node',
      'sim-1',
      '-o',
      `jsonpath={.metadata.labels.${ZONE.replaceAll('.', '\\.')}}`,
    );
    await pin('worker', { [NODE]: 'sim-1' });
    await pin('sandbox', { [ZONE]: zone });
    await patch('pdb/dify-api', { spec: { maxUnavailable: 0 } });
    await patch('service/dify-plugin-daemon', { spec: { selector: { component: 'elsewhere' } } });
    await kubectl('delete', 'horizontalpodautoscaler', 'dify-web');
    await kubectl('scale', 'deployment/dify-agent-backend', '--replicas=0');
    for (const name of ['worker', 'sandbox', 'agent-backend']) {
      await kubectl('rollout', 'status', `deployment/dify-${name}`, '--timeout=60s');
    }
    expect(findingsOf(await postflight())).toEqual({
      'app.spread': `fail: dify-sandbox: all 3 pods in zone ${zone} and dify-worker: all 3 pods on node sim-1`,
      'app.budgets': 'fail: budget dify-api allows no eviction: 3 of 3 pods healthy, 3 required',
      'app.autoscalers': 'fail: autoscaler dify-web does not exist',
      'app.endpoints':
        'fail: Service dify-agent-backend has 0 ready endpoints, not 2 or more ' +
        'and Service dify-plugin-daemon has 0 ready endpoints, not 1 or more',
      'app.workloads': 'fail: dify-agent-backend has 0 of 2 (is scaled to 0)',
    });
  });
});
