import { textAt } from '../../base/json-path.ts';
import { type Collector, evidenceKey } from '../evidence.ts';
import { fromCluster } from './connect.ts';

export interface StorageClassFact {
  readonly name: string;
  readonly provisioner: string;
  readonly isDefault: boolean;
}
export const STORAGE_CLASSES = evidenceKey<readonly StorageClassFact[]>('cluster.storage-classes', 1);

export const storageClassesCollector: Collector<readonly StorageClassFact[]> = {
  key: STORAGE_CLASSES,
  timeoutMs: 20_000,
  collect: (context) =>
    fromCluster(context, 'list storageclasses.storage.k8s.io', (cluster) =>
      cluster.list(
        '/apis/storage.k8s.io/v1/storageclasses',
        (item) => ({
          name: textAt(item, 'metadata', 'name'),
          provisioner: textAt(item, 'provisioner'),
          isDefault: isDefault(item, 'storageclass.kubernetes.io'),
        }),
        context.signal,
      ),
    ),
};

export interface IngressClassFact {
  readonly name: string;
  readonly controller: string;
  readonly isDefault: boolean;
}
export const INGRESS_CLASSES = evidenceKey<readonly IngressClassFact[]>('cluster.ingress-classes', 1);

export const ingressClassesCollector: Collector<readonly IngressClassFact[]> = {
  key: INGRESS_CLASSES,
  timeoutMs: 20_000,
  collect: (context) =>
    fromCluster(context, 'list ingressclasses.networking.k8s.io', (cluster) =>
      cluster.list(
        '/apis/networking.k8s.io/v1/ingressclasses',
        (item) => ({
          name: textAt(item, 'metadata', 'name'),
          controller: textAt(item, 'spec', 'controller'),
          isDefault: isDefault(item, 'ingressclass.kubernetes.io'),
        }),
        context.signal,
      ),
    ),
};

function isDefault(item: unknown, prefix: string): boolean {
  return textAt(item, 'metadata', 'annotations', `${prefix}/is-default-class`) === 'true';
}
