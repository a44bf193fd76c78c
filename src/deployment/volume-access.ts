import type { Deployment } from './schema/deployment.ts';

/** Access mode of the volumes of files on Kubernetes, as in a claim. */
type AccessMode = 'ReadWriteOnce' | 'ReadWriteMany';

/**
 * The access mode of the volumes of files. Undefined if there are none. Default for `test`: ReadWriteOnce, which every
 * class supports; the pods that mount a claim then run on one node. Default for `prod`: ReadWriteMany.
 */
export function volumeAccess({
  target,
  objectStorage,
}: Pick<Deployment, 'target' | 'objectStorage'>): AccessMode | undefined {
  if (target.type !== 'kubernetes' || objectStorage.provider !== 'local') return undefined;
  return objectStorage.local?.accessMode;
}
