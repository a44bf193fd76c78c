import { describe, expect, it } from 'vitest';
import { CLUSTER_LIMITS } from '../../../src/evidence/cluster/limits.ts';
import { podUse, quotaOwnCollector } from '../../../src/evidence/cluster/quota-own.ts';
import type { EvidenceKey, Need } from '../../../src/evidence/evidence.ts';
import { RENDERED_OBJECTS } from '../../../src/evidence/rendered/set.ts';
import { collectContext } from '../../support/check-runs.ts';
import { GIB, rendered } from '../../support/cluster-facts.ts';
import { sampleDeployment } from '../../support/deployments.ts';
import { refused } from '../../support/fake-cluster.ts';

const container = (cpu: string, memory: string) => ({ resources: { requests: { cpu }, limits: { cpu, memory } } });
const pod = (phase: string) => ({
  status: { phase },
  spec: { containers: [container('500m', '1Gi'), container('1', '1Gi')], initContainers: [container('1', '3Gi')] },
});

describe('what a quota counts of a pod', () => {
  it('is the larger of containers and init containers', () => {
    expect(podUse(pod('Running'))).toEqual({
      count: 1,
      cpu: 1.5,
      memory: 3 * GIB,
      cpuLimit: 1.5,
      memoryLimit: 3 * GIB,
    });
  });
  it.each(['Succeeded', 'Failed'])('is zero if the pod is %s', (phase) => {
    expect(podUse(pod(phase))).toBeUndefined();
  });
});

describe('what the release uses of the quotas', () => {
  const objects = [
    { apiVersion: 'v1', kind: 'Secret', name: 'dify-1' },
    { apiVersion: 'v1', kind: 'Secret', name: 'dify-2' },
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', name: 'dify' },
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: 'dify' },
  ];
  const BASE = '/namespaces/dify';
  const answers: Readonly<Record<string, object>> = {
    [`/api/v1${BASE}/pods`]: { items: [pod('Running'), pod('Failed'), pod('Pending')] },
    [`/api/v1${BASE}/secrets/dify-1`]: { metadata: { name: 'dify-1' } },
    [`/apis/networking.k8s.io/v1${BASE}/networkpolicies/dify`]: { metadata: { name: 'dify' } },
  };

  async function own(hard: Readonly<Record<string, number>>) {
    const asked: string[] = [];
    const run = async (
      _: string,
      args: readonly string[],
      options: { readonly onStdout?: (chunk: Buffer) => void } = {},
    ) => {
      const path = new URL(args.at(-1) ?? '', 'http://api').pathname;
      asked.push(path);
      const answer = answers[path];
      if (answer === undefined) throw refused('Error from server (NotFound): it does not exist');
      options.onStdout?.(Buffer.from(JSON.stringify(answer)));
      return { exitCode: 0, stdout: '', stderr: '' };
    };
    const known: Readonly<Record<string, unknown>> = {
      [CLUSTER_LIMITS.name]: { quotas: Object.keys(hard).length === 0 ? [] : [{ name: 'team', hard, used: {} }] },
      [RENDERED_OBJECTS.name]: rendered({ objects }),
    };
    const need: Need = async <T>({ name }: EvidenceKey<T>) => known[name] as T;
    const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');
    return { data: await quotaOwnCollector.collect(collectContext({ deployment, runner: { run } }), need), asked };
  }

  it('is its running pods, and the planned objects that exist', async () => {
    const hard = { pods: 9, 'limits.memory': 9, 'requests.cpu': 9, secrets: 9, 'requests.storage': 9 };
    const counts = { 'count/networkpolicies.networking.k8s.io': 9, 'count/persistentvolumeclaims': 9 };
    expect((await own({ ...hard, ...counts })).data).toEqual({
      pods: 2,
      'limits.memory': 6 * GIB,
      'requests.cpu': 3,
      secrets: 1,
      'requests.storage': 0,
      'count/networkpolicies.networking.k8s.io': 1,
      'count/persistentvolumeclaims': 0,
    });
  });

  it.each<[string, Readonly<Record<string, number>>, readonly string[]]>([
    ['no quota', {}, []],
    ['a quota of objects', { secrets: 9 }, [`/api/v1${BASE}/secrets/dify-1`, `/api/v1${BASE}/secrets/dify-2`]],
  ])('is read only as far as a quota needs it: %s', async (_, hard, asked) => {
    expect((await own(hard)).asked).toEqual(asked);
  });
});
