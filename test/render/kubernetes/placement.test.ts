import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { Deployment } from '../../../src/deployment/schema/deployment.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';
import { kubernetesDeployment, rendered } from './support/rendering.ts';

const PROD: JsonObject = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];

function production(components: JsonObject, target: JsonObject = {}): Deployment {
  return parsedDeployment({ ...PROD, components, target: { ...(PROD.target as JsonObject), ...target } });
}

const blockOf = (deployment: Deployment, name: string) => rendered(deployment).values[name] as JsonObject;

const labels = (component: string) => ({
  'app.kubernetes.io/name': 'dify',
  'app.kubernetes.io/instance': 'dify',
  component,
});
const term = (topologyKey: string, component: string) => ({
  topologyKey,
  labelSelector: { matchLabels: labels(component) },
});
const lost = (key: string) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 });
const LOST = [lost('node.kubernetes.io/not-ready'), lost('node.kubernetes.io/unreachable')];

describe('spread', () => {
  test('replicas prefer other nodes, and with less weight other zones', () => {
    expect(blockOf(production({}), 'web').affinity).toEqual({
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 100, podAffinityTerm: term('kubernetes.io/hostname', 'web') },
          { weight: 50, podAffinityTerm: term('topology.kubernetes.io/zone', 'web') },
        ],
      },
    });
  });

  test('hard requires other nodes and prefers other zones', () => {
    expect(blockOf(production({ web: { spread: 'hard' } }), 'web').affinity).toEqual({
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [term('kubernetes.io/hostname', 'web')],
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 50, podAffinityTerm: term('topology.kubernetes.io/zone', 'web') },
        ],
      },
    });
  });

  test('of the target applies to every component without its own', () => {
    const deployment = production({ web: { spread: 'soft' } }, { spread: 'hard' });
    const required = 'affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution';
    expect(blockOf(deployment, 'api')).toHaveProperty(required);
    expect(blockOf(deployment, 'web')).not.toHaveProperty(required);
    expect(blockOf(deployment, 'beat')).not.toHaveProperty('affinity');
  });

  test('the file’s own affinity replaces only the parts that it has', () => {
    const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } };
    const own = { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } };
    const deployment = production({ web: { affinity: own } }, { affinity: { nodeAffinity } });
    expect(Object.keys(blockOf(deployment, 'api').affinity ?? {})).toEqual(['podAntiAffinity', 'nodeAffinity']);
    expect(blockOf(deployment, 'web').affinity).toEqual(own);
  });
});

describe('a single replica', () => {
  test.each(['beat', 'pluginDaemon', 'apiWebsocket', 'localSandbox'])(
    'leaves a lost node after 30 s: %s',
    (component) => {
      expect(blockOf(production({}), component).tolerations).toEqual(LOST);
    },
  );

  test('tolerations of the file are kept, and one for a lost node replaces the 30 s', () => {
    const own = { key: 'node.kubernetes.io/unreachable', operator: 'Exists', tolerationSeconds: 5 };
    const deployment = production({ beat: { tolerations: [own] } });
    expect(blockOf(deployment, 'beat').tolerations).toEqual([own, LOST[0]]);
  });

  test.each(['api', 'web', 'proxy'])(
    'several replicas keep the default tolerations of the cluster: %s',
    (component) => {
      expect(blockOf(production({}), component)).not.toHaveProperty('tolerations');
    },
  );

  test('keeps the default tolerations of the cluster in test', () => {
    expect(blockOf(kubernetesDeployment(), 'beat')).not.toHaveProperty('tolerations');
  });
});

test('tolerations and priority class of the target are those of every pod, bundled services included', () => {
  const tolerations = [{ key: 'pool', value: 'dify', effect: 'NoSchedule' }];
  const target = { type: 'kubernetes', tolerations, priorityClassName: 'high' };
  const deployment = kubernetesDeployment({
    target,
    components: { web: { tolerations: [], priorityClassName: 'low' } },
  });
  expect(rendered(deployment).values).toMatchObject({
    api: { tolerations, priorityClassName: 'high' },
    web: { priorityClassName: 'low' },
    postgresql: { primary: { tolerations } },
    redis: { master: { tolerations } },
    weaviate: { tolerations },
  });
  expect(blockOf(deployment, 'web')).not.toHaveProperty('tolerations');
});

test('a rolling update of replicas has as many pods ready as planned', () => {
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } };
  expect(blockOf(production({}), 'api').updateStrategy).toEqual(strategy);
  expect(blockOf(production({}), 'beat')).not.toHaveProperty('updateStrategy');
  expect(blockOf(kubernetesDeployment(), 'api')).not.toHaveProperty('updateStrategy');
});

test('a budget lets a drain evict one replica at a time, and always one that is not ready', () => {
  const { manifests } = rendered(production({}));
  const budget = manifests.find(({ metadata }) => metadata.name === 'dify-api');
  expect(budget?.spec).toEqual({
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
    selector: { matchLabels: labels('api') },
  });
});

test.each(['tolerations', 'affinity', 'spread'])('%s of a component is not for compose', (key) => {
  const value = key === 'tolerations' ? [] : key === 'affinity' ? {} : 'hard';
  const file = { ...SAMPLE_FILES['test-compose-bundled'], components: { api: { [key]: value } } };
  expect(() => parsedDeployment(file as unknown as JsonObject)).toThrow(`components.api.${key}`);
});
