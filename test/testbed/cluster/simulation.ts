import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { Api } from '../../../src/rehearsal/plane/api.ts';
import { baseStages, type StageFile } from '../../../src/rehearsal/plane/simulation.ts';

const STAGES = ['pod-faults', 'volumes'] as const;
const stageFile = (name: string): string => fileURLToPath(new URL(`./simulation/${name}.yaml`, import.meta.url));

/** The stages of every simulation, and the testbed's own: pods that fail, and volumes. */
export async function testbedStages(): Promise<readonly StageFile[]> {
  const own = STAGES.map(async (name) => ({ name, text: await readFile(stageFile(name), 'utf8') }));
  return [...baseStages(), ...(await Promise.all(own))];
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
