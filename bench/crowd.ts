import { nodeManifest } from '../src/rehearsal/plane/simulated-node.ts';
import type { Cluster } from '../test/testbed/cluster/cluster.ts';

const NAMESPACE = 'crowd';
/** Concurrent requests. The API server's limit per user is far higher. */
const AT_ONCE = 8;

/**
 * Fills a cluster with nodes of 8C/32G and running pods, written directly to the API server. No simulation runs for
 * these nodes, so that it does not affect the measurement.
 */
export async function addCrowd(cluster: Cluster, nodes: number, pods: number): Promise<void> {
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  await cluster.kubectl(['-n', NAMESPACE, 'wait', '--for=create', 'serviceaccount/default', '--timeout=60s']);
  await each(nodes, (index) => cluster.api.create('/api/v1/nodes', crowdNode(index)));
  const path = `/api/v1/namespaces/${NAMESPACE}/pods`;
  await each(pods, async (index) => {
    const pod = crowdPod(index, `crowd-${index % nodes}`);
    await cluster.api.create(path, pod);
    // The API server creates every pod as Pending, whatever its manifest says.
    await cluster.api.patch(`${path}/crowd-${index}/status`, { status: running(index) });
  });
}

function running(index: number): object {
  const at = '2026-11-22T08:00:00Z';
  const condition = (type: string) => ({ type, status: 'True', lastTransitionTime: at });
  const image = `registry.example.com/team/app:1.${index % 7}.0`;
  return {
    phase: 'Running',
    startTime: at,
    podIP: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
    conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(condition),
    containerStatuses: ['app', 'proxy'].map((name) => ({
      name,
      image,
      imageID: image,
      ready: true,
      restartCount: 0,
      state: { running: { startedAt: at } },
    })),
  };
}

/** A Node like those of the simulation, but without its annotation, so that the simulation ignores it. */
export function crowdNode(index: number) {
  const shape = { class: { cpus: 8, memoryGi: 32 }, zones: 3, kubeletPort: 1, kubernetesVersion: '1.36.3' };
  const manifest = nodeManifest({ ...shape, index });
  const name = `crowd-${index}`;
  const { annotations: _, ...metadata } = manifest.metadata;
  const labels = { ...metadata.labels, 'kubernetes.io/hostname': name };
  return { ...manifest, metadata: { ...metadata, name, labels }, spec: {} };
}

/** A pod of about 5.4 kB in the API server's response: two containers with ports, variables and volumes. */
export function crowdPod(index: number, nodeName: string): object {
  const name = `crowd-${index}`;
  const sizes = ['50m', '100m', '250m'];
  const container = (part: string) => ({
    name: part,
    image: `registry.example.com/team/${part}:1.${index % 7}.0`,
    ports: [{ name: 'http', containerPort: 8080 }],
    env: [{ name: `SETTING_${part.toUpperCase()}`, value: 'what a chart writes for a program' }],
    resources: { requests: { cpu: sizes[index % sizes.length], memory: '128Mi' }, limits: { cpu: '1', memory: '1Gi' } },
    volumeMounts: [{ name: 'config', mountPath: '/etc/app' }],
  });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: `app-${index % 50}`, 'app.kubernetes.io/instance': `app-${index % 50}` } },
    spec: {
      nodeName,
      containers: [container('app'), container('proxy')],
      volumes: [{ name: 'config', configMap: { name: 'config' } }],
    },
  };
}

async function each(count: number, make: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await make(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
