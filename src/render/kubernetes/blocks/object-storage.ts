import type { Deployment } from '../../../deployment/schema/deployment.ts';
import { volumeAccess } from '../../../deployment/volume-access.ts';
import { API_PROCESSES, type ChartBlock, given, unite, type Variables } from '../../../providers/chart-block.ts';
import { describedStore, storeBuckets } from '../../../providers/object-storage/registry.ts';

/**
 * The block of one provider. Both buckets are always set: without its own bucket, the plugin daemon uses a local claim.
 */
export function objectStorageBlock(deployment: Deployment, storageClass: string | undefined): ChartBlock {
  const storage = deployment.objectStorage;
  if (storage.provider === 'local') return local(deployment, storageClass);
  const { provider, at } = describedStore(storage);
  const { values, api, pluginDaemon } = provider.chart(at, storeBuckets(storage));
  return block(values, api, pluginDaemon);
}

function block(values: ChartBlock['values'], api: Variables, plugin: Variables): ChartBlock {
  return { values, gives: unite(given(API_PROCESSES, api), given(['pluginDaemon'], plugin)) };
}

/**
 * Persistent volume claims: one for api and worker, one for the plugin daemon. ReadWriteMany by the chart's default.
 */
function local(deployment: Deployment, storageClass: string | undefined): ChartBlock {
  const claim = {
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(volumeAccess(deployment) === 'ReadWriteOnce' ? { accessModes: 'ReadWriteOnce' } : {}),
  };
  const claims = Object.keys(claim).length === 0 ? {} : { persistence: { persistentVolumeClaim: claim } };
  return block(
    { api: claims, pluginDaemon: claims },
    {},
    { PLUGIN_STORAGE_TYPE: 'local', PLUGIN_STORAGE_LOCAL_ROOT: '/app/storage' },
  );
}
