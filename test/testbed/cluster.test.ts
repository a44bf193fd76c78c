import { readdir } from 'node:fs/promises';
import path from 'node:path';

import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { findMarked } from '../../src/rehearsal/processes/daemon.ts';
import { limitedUser } from './cluster/access.ts';
import { settledContentsOf } from './cluster/contents.ts';
import { emptyCluster, untilAsAtStart } from './cluster/reset.ts';
import { useCluster } from './fixtures.ts';

const deployment = (name: string, replicas: number, extra: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'example.invalid/web:1' }], ...extra },
    },
  },
});

const claim = (name: string, storageClassName: string, mode: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { storageClassName, accessModes: [mode], resources: { requests: { storage: '1Gi' } } },
});

const mounting = (claimName: string) => ({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] });

describe('a cluster of six simulated nodes in three zones', () => {
  let folder = '';
  // Registered before the fixture's hook: `afterAll` hooks run in reverse order, so this one runs after the cleanup.
  afterAll(async () => {
    expect(await findMarked(folder)).toEqual([]);
    expect(await readdir(path.dirname(folder))).not.toContain(path.basename(folder));
  });
  const testbed = useCluster({ nodes: '6x8C32G', zones: 3 });

  it('has the nodes of a managed cluster', async () => {
    const { cluster } = testbed;
    folder = cluster.folder;
    const { items } = JSON.parse(await cluster.kubectl(['get', 'nodes', '-o', 'json']));
    expect(items).toHaveLength(6);
    const zone = '{.items[*].metadata.labels.topology\\.kubernetes\\.io/zone}';
    const zones = await cluster.kubectl(['get', 'nodes', '-o', `jsonpath=${zone}`]);
    expect(zones.split(' ').sort()).toEqual(['sim-1a', 'sim-1a', 'sim-1b', 'sim-1b', 'sim-1c', 'sim-1c']);
    expect(items[0].status.capacity).toMatchObject({ cpu: '8', memory: '32408784Ki', pods: '110' });
    expect(items[0].status.allocatable).toMatchObject({ cpu: '7910m' });
  });

  it('runs a Deployment that mounts a ReadWriteMany claim', async () => {
    const { cluster } = testbed;
    await cluster.apply(claim('shared', 'fast-rwx', 'ReadWriteMany'), deployment('web', 3, mounting('shared')));
    await cluster.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s']);
    expect(await cluster.kubectl(['get', 'pvc', 'shared', '-o', 'jsonpath={.status.phase}'])).toBe('Bound');
    expect(await cluster.kubectl(['logs', 'deployment/web'])).toContain('simulated');
    await cluster.kubectl(['delete', 'deployment/web', 'pvc/shared', '--timeout=60s']);
    await cluster.kubectl(['wait', '--for=delete', 'pod', '-l', 'app=web', '--timeout=60s']);
  });

  it('leaves a ReadWriteMany claim pending if the class serves one node at a time', async () => {
    const { cluster } = testbed;
    await cluster.apply(claim('one', 'standard', 'ReadWriteOnce'), deployment('one', 1, mounting('one')));
    await cluster.apply(claim('many', 'standard', 'ReadWriteMany'), deployment('many', 1, mounting('many')));
    await cluster.kubectl(['rollout', 'status', 'deployment/one', '--timeout=60s']);
    expect(await cluster.kubectl(['get', 'pvc', 'many', '-o', 'jsonpath={.status.phase}'])).toBe('Pending');
    await cluster.kubectl(['delete', 'deployment/one', 'deployment/many', 'pvc/one', 'pvc/many', '--timeout=60s']);
  });

  it.each([
    ['crash-loop', 'CrashLoopBackOff'],
    ['image-pull', 'ImagePullBackOff'],
  ] as const)('makes chosen pods fail: %s', async (fault, reason) => {
    const { cluster } = testbed;
    const end = await cluster.failPods({ app: fault }, fault);
    await cluster.apply(deployment(fault, 1));
    const waiting = '{.items[*].status.containerStatuses[0].state.waiting.reason}';
    await cluster.kubectl([
      'wait',
      'pod',
      '-l',
      `app=${fault}`,
      `--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=${reason}`,
      '--timeout=60s',
    ]);
    expect(await cluster.kubectl(['get', 'pods', '-l', `app=${fault}`, '-o', `jsonpath=${waiting}`])).toBe(reason);
    await end();
    await cluster.kubectl(['delete', 'deployment', fault, '--timeout=60s']);
  });

  it('cordons, taints, loses and restores nodes', async () => {
    const { cluster } = testbed;
    await cluster.cordon('sim-1');
    await cluster.taint('sim-2', { key: 'dedicated', value: 'db', effect: 'NoSchedule' });
    await cluster.setNotReady('sim-3');
    const table = await cluster.kubectl(['get', 'nodes', '--no-headers']);
    expect(table).toMatch(/sim-1\s+Ready,SchedulingDisabled/);
    expect(table).toMatch(/sim-3\s+NotReady/);
    await cluster.apply(deployment('left', 12));
    await cluster.kubectl(['rollout', 'status', 'deployment/left', '--timeout=60s']);
    const nodes = await cluster.kubectl(['get', 'pods', '-l', 'app=left', '-o', 'jsonpath={.items[*].spec.nodeName}']);
    expect([...new Set(nodes.split(' '))].sort()).toEqual(['sim-4', 'sim-5', 'sim-6']);
    await cluster.kubectl(['delete', 'deployment', 'left', '--timeout=60s']);
    await cluster.cordon('sim-1', false);
    await cluster.untaint('sim-2', 'dedicated');
    await cluster.setReady('sim-3');
    expect(await cluster.kubectl(['get', 'nodes', '--no-headers'])).not.toMatch(/NotReady|SchedulingDisabled/);
    const [added] = await cluster.addNodes('1x4C16G');
    await cluster.removeNode(added ?? '');
  });

  it('has users with few rights', async () => {
    const { cluster } = testbed;
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }];
    const kubeconfig = await limitedUser(cluster, { name: 'reader', namespace: 'dify', rules });
    const can = async (...question: string[]): Promise<string> => {
      const args = ['--kubeconfig', kubeconfig, 'auth', 'can-i', ...question];
      return (await execa(cluster.tools.kubectl ?? '', args, { reject: false })).stdout;
    };
    expect(await can('list', 'configmaps')).toBe('yes');
    expect(await can('create', 'secrets')).toBe('no');
    expect(await can('list', 'nodes')).toBe('no');
  });

  it('is emptied for the next file, unless an object of its start was changed', async () => {
    const { cluster } = testbed;
    const start = await settledContentsOf(cluster.api);
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'full' } };
    const inside = [claim('shared', 'fast-rwx', 'ReadWriteMany'), deployment('web', 3, mounting('shared'))];
    const rules = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'full' } };
    await cluster.apply(namespace, rules);
    await cluster.kubectl(['-n', 'full', 'apply', '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: inside }),
    });
    await cluster.kubectl(['-n', 'full', 'rollout', 'status', 'deployment/web', '--timeout=60s']);
    await emptyCluster(cluster.api, start);
    await untilAsAtStart(cluster.api, start);
    await cluster.cordon('sim-1');
    await expect(emptyCluster(cluster.api, start)).rejects.toThrow('missing or different: /api/v1/nodes/sim-1');
  });
});
