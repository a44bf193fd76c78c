import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Api } from './api.ts';
import { type ControlPlane, contextName, kubeconfigFile } from './control-plane.ts';
import { credentialFiles, writeKubeconfig } from './credentials.ts';

const STAGES = ['nodes', 'pods', 'pod-faults', 'volumes'] as const;
const stageFile = (name: string): string => fileURLToPath(new URL(`./simulation/${name}.yaml`, import.meta.url));

/** Address range of simulated pods. Nothing answers there. */
const SIMULATED_PODS = '10.244.128.0/17';
/** The log format of a container runtime: time, stream, F for a full line. */
const POD_LOG =
  '2026-01-01T00:00:00.000000000Z stdout F This pod is simulated (kwok): no process runs in it and nothing is logged.\n';

/** Starts kwok, which simulates the kubelets of all nodes that are marked as simulated, and provisions volumes. */
export async function startSimulation(plane: ControlPlane, server: string): Promise<void> {
  const { folder, state } = plane;
  const files = credentialFiles(folder);
  const configs = STAGES.map((name) => path.join(folder, `kwok-${name}.yaml`));
  for (const [index, name] of STAGES.entries()) {
    const text = await readFile(stageFile(name), 'utf8');
    await writeFile(configs[index] ?? '', text.replaceAll('@FOLDER@', folder));
  }
  await writeFile(path.join(folder, 'simulated-pod.log'), POD_LOG);
  const kubeconfig = kubeconfigFile(folder, 'kwok');
  const context = contextName(state.name);
  await writeKubeconfig({
    file: kubeconfig,
    server,
    caFile: files.serverCertificate,
    token: plane.tokens.kwok,
    context,
    user: 'kwok',
  });
  await plane.start({
    name: 'kwok',
    file: plane.programs.kwok,
    args: [
      `--kubeconfig=${kubeconfig}`,
      ...configs.map((file) => `--config=${file}`),
      '--manage-all-nodes=false',
      '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
      '--node-lease-duration-seconds=40',
      `--cidr=${SIMULATED_PODS}`,
      `--node-port=${state.ports.kwok}`,
      `--server-address=127.0.0.1:${state.ports.kwok}`,
      `--tls-cert-file=${files.serverCertificate}`,
      `--tls-private-key-file=${files.serverKey}`,
    ],
  });
}

/**
 * Creates what an operator finds in a cluster before an installation: a default storage class for one node at a time,
 * one that supports ReadWriteMany, and an ingress class. The simulation imitates these provisioners.
 */
export async function createClasses(api: Api): Promise<void> {
  const storage = '/apis/storage.k8s.io/v1/storageclasses';
  const storageClass = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', reclaimPolicy: 'Delete' };
  await Promise.all([
    api.create(storage, {
      ...storageClass,
      metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'rancher.io/local-path',
      volumeBindingMode: 'WaitForFirstConsumer',
    }),
    api.create(storage, {
      ...storageClass,
      metadata: { name: 'fast-rwx' },
      provisioner: 'nfs.csi.k8s.io',
      volumeBindingMode: 'Immediate',
    }),
    api.create('/apis/networking.k8s.io/v1/ingressclasses', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'nginx' },
      spec: { controller: 'k8s.io/ingress-nginx' },
    }),
  ]);
}
