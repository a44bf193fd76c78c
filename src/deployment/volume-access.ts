import type { Deployment } from './schema/deployment.ts';

/** Access mode of the volumes that hold files on Kubernetes, as a claim names it. */
type AccessMode = 'ReadWriteOnce' | 'ReadWriteMany';

/**
 * How the pods share their volumes of files; undefined if none are made. By default `test` asks for what every class can do, ReadWriteOnce, and
 * keeps the pods that mount a claim on one node; `prod` asks for ReadWriteMany.
 */
export function volumeAccess({
  target,
  objectStorage,
}: Pick<Deployment, 'target' | 'objectStorage'>): AccessMode | undefined {
  if (target.type !== 'kubernetes' || objectStorage.provider !== 'local') return undefined;
  return objectStorage.local?.accessMode;
}
