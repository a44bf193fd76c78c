import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';

import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';

import { poll } from '../../src/rehearsal/plane/poll.ts';
import { freePorts } from '../../src/rehearsal/plane/ports.ts';
import { findMarked } from '../../src/rehearsal/processes/daemon.ts';
import { TOOLBOX_IMAGE } from './cluster/real/up.ts';
import { useCluster } from './fixtures.ts';

/** A server with this number of pods on one node, and its Service. Its pods share the claim `data`. */
function server(app: string, node: string, replicas: number): readonly object[] {
  const labels = { app };
  const main = {
    name: 'main',
    image: TOOLBOX_IMAGE,
    args: ['serve', ':8080'],
    readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 },
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  };
  const spec = {
    nodeSelector: { 'kubernetes.io/hostname': node },
    containers: [main],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
  };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: app },
      spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: app },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ];
}

const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { storageClassName: 'fast-rwx', accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } },
};

describe('two real nodes beside simulated ones', () => {
  let folder = '';
  let hostAddress = '';
  afterAll(async () => {
    expect(await findMarked(folder)).toEqual([]);
    const addresses = Object.values(networkInterfaces()).flatMap((links) =>
      (links ?? []).map(({ address }) => address),
    );
    // The links to both nodes had addresses with the same beginning.
    const beginning = hostAddress.replace(/\d+$/, '');
    expect(addresses.filter((address) => address.startsWith(beginning))).toEqual([]);
    const mounts = await execa('cat', ['/proc/self/mounts']);
    expect(mounts.stdout).not.toContain(folder);
  });
  const testbed = useCluster({ nodes: '2x8C32G', zones: 2, realNode: true, realNodes: 2, tools: ['kubectl'] });
  const get = (url: string, from = 'web'): Promise<string> =>
    testbed.cluster.kubectl(['exec', `deployment/${from}`, '--', '/toolbox', 'get', url]);

  it('runs containers, probes them and keeps their logs', async () => {
    const { cluster } = testbed;
    folder = cluster.folder;
    hostAddress = cluster.realNode?.hostAddress ?? '';
    await cluster.apply(claim, ...server('web', 'real-1', 2), ...server('far', 'real-2', 1));
    await cluster.kubectl(['rollout', 'status', 'deployment/web', '--timeout=120s']);
    expect(await cluster.kubectl(['logs', 'deployment/web'])).toMatch(/^serving on :8080\n(GET \/ready\n?)+/);
  });

  it('serves a Service under its name', async () => {
    // kube-proxy sees a ready endpoint shortly after the Deployment does.
    const answer = await poll('the Service has endpoints', () => get('http://web.default.svc.cluster.local/'));
    expect(answer).toMatch(/^toolbox on web-/);
    expect(await get('http://web/')).toMatch(/^toolbox on web-/);
  });

  it('connects the pods of one node to Services whose pods are on the other', async () => {
    await testbed.cluster.kubectl(['rollout', 'status', 'deployment/far', '--timeout=120s']);
    expect(await poll('web reaches far', () => get('http://far/'))).toMatch(/^toolbox on far-/);
    expect(await poll('far reaches web', () => get('http://web/', 'far'))).toMatch(/^toolbox on web-/);
  });

  it('reaches servers of this machine under the names a test gives them', async () => {
    const { cluster } = testbed;
    const here = createServer((_, answer) => answer.end('from this machine'));
    await new Promise<void>((listening) => here.listen(0, '0.0.0.0', listening));
    try {
      const { hostAddress } = cluster.realNode ?? { hostAddress: '' };
      await cluster.realNode?.addHost('server.example.internal', hostAddress);
      const { port } = here.address() as AddressInfo;
      const url = `http://server.example.internal:${port}/`;
      for (const app of ['web', 'far']) {
        expect(await poll(`${app} knows the name`, () => get(url, app))).toBe('from this machine');
      }
    } finally {
      here.close();
    }
  });

  it('forwards ports', async () => {
    const { cluster } = testbed;
    const [port] = await freePorts(1, new Set());
    const args = ['--kubeconfig', cluster.kubeconfig, 'port-forward', 'service/web', `${port}:80`];
    const forward = execa(cluster.tools.kubectl ?? '', args, { reject: false, stdin: 'ignore' });
    try {
      const answer = await poll('the port is forwarded', () => fetch(`http://127.0.0.1:${port}/`));
      expect(await answer.text()).toMatch(/^toolbox on web-/);
    } finally {
      forward.kill();
      await forward;
    }
  });
});
