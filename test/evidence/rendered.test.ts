import { describe, expect, it } from 'vitest';
import { composeSet } from '../../src/evidence/rendered/compose.ts';
import { renderedSet } from '../../src/evidence/rendered/kubernetes.ts';

const deploymentObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'dify-api' },
  spec: {
    replicas: 3,
    template: {
      metadata: { labels: { component: 'api' } },
      spec: {
        initContainers: [{ image: 'tool:1' }],
        containers: [
          {
            image: 'api:1',
            resources: { requests: { cpu: '1', memory: '2Gi' } },
            envFrom: [{ configMapRef: { name: 'dify-api' } }, { secretRef: { name: 'dify-api' } }],
            env: [
              { name: 'LOG_LEVEL', value: 'DEBUG' },
              { name: 'SECRET_KEY', value: 'no-setting' },
              { name: 'DB_DATABASE', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
            ],
            readinessProbe: { httpGet: {} },
          },
        ],
        volumes: [{ persistentVolumeClaim: { claimName: 'dify' } }, { emptyDir: {} }],
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1 }],
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { component: 'api' } } },
            ],
          },
        },
        tolerations: [{ key: 'dify', operator: 'Exists' }],
      },
    },
  },
};

describe('a set of Kubernetes objects', () => {
  it('keeps the facts that checks need', () => {
    const set = renderedSet([
      deploymentObject,
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'dify' },
        spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '5Gi' } } },
      },
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'dify' },
        spec: { ingressClassName: 'nginx', tls: [{}] },
      },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { KEY: 'c2VjcmV0' } },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'dify-api' },
        data: {
          LOG_LEVEL: 'INFO',
          DB_HOST: 'pg',
          HTTP_PROXY: 'http://user:login@proxy:3128',
          PLUGIN_DAEMON_KEY: 'other',
        },
      },
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'dify' }, spec: { type: 'NodePort' } },
    ]);
    expect(set.workloads).toEqual([
      {
        kind: 'Deployment',
        name: 'dify-api',
        replicas: 3,
        images: ['tool:1', 'api:1'],
        claims: ['dify'],
        pod: {
          cpu: 1,
          memory: 2 * 2 ** 30,
          labels: { component: 'api' },
          nodeSelector: {},
          tolerations: [{ key: 'dify', operator: 'Exists', value: '', effect: '' }],
          nodeTerms: [],
          apart: [
            { topologyKey: 'kubernetes.io/hostname', rules: [{ key: 'component', operator: 'In', values: ['api'] }] },
          ],
          together: [],
        },
        demands: expect.objectContaining({ priorityClass: '', baseline: [] }),
        component: 'api',
        settings: { LOG_LEVEL: 'DEBUG', DB_HOST: 'pg', HTTP_PROXY: 'http://proxy:3128' },
        probes: ['readiness'],
        spread: [{ topologyKey: 'kubernetes.io/hostname', isRequired: true }],
      },
    ]);
    expect(set.claims).toEqual([
      { name: 'dify', accessModes: ['ReadWriteMany'], storageClass: undefined, storage: 5 * 2 ** 30, count: 1 },
    ]);
    expect(set.ingresses).toEqual([{ name: 'dify', className: 'nginx', tls: true }]);
    expect(set.openServices).toEqual(['dify']);
    expect(set.objects.map(({ kind }) => kind)).toEqual([
      'Deployment',
      'PersistentVolumeClaim',
      'Ingress',
      'Secret',
      'ConfigMap',
      'Service',
    ]);
    expect(JSON.stringify(set)).not.toContain('c2VjcmV0');
  });

  it('reads a ScaledObject as the autoscaler that KEDA creates for it', () => {
    const scaled = {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 'dify-worker' },
      spec: { scaleTargetRef: { name: 'dify-worker' }, minReplicaCount: 2, maxReplicaCount: 9 },
    };
    expect(renderedSet([scaled]).autoscalers).toEqual([
      {
        name: 'keda-hpa-dify-worker',
        apis: ['external.metrics.k8s.io'],
        scales: { workload: 'dify-worker', least: 2, most: 9 },
      },
    ]);
  });

  it('assumes one replica if the number is missing', () => {
    const { replicas: _, ...spec } = deploymentObject.spec;
    expect(renderedSet([{ ...deploymentObject, spec }]).workloads[0]?.replicas).toBe(1);
  });
});

it('a Compose project consists of its long-running services', () => {
  const set = composeSet({
    services: {
      api: { image: 'api:1', deploy: { replicas: 2, resources: { reservations: { cpus: '0.5', memory: '512M' } } } },
      init: { image: 'busybox:1', restart: 'no' },
      web: { image: 'web:1' },
    },
  });
  expect(set.objects.map(({ name }) => name)).toEqual(['api', 'init', 'web']);
  expect(set.workloads.map(({ name, replicas, pod }) => [name, replicas, pod.cpu, pod.memory])).toEqual([
    ['api', 2, 0.5, 512 * 2 ** 20],
    ['web', 1, 0, 0],
  ]);
});
