import { join } from 'node:path';
import { folderObjects } from '../invariants/read/folder-objects.ts';
import type { ObjectReader } from '../invariants/read/source.ts';
import type { SealedKeys } from '../invariants/read/tenants.ts';
import { type BackupManifest, partOf } from '../manifest.ts';

/** The digests of the tenants' keys, if the set has its secrets part: the keys are in it, and not among the objects. */
export function sealedIn(manifest: BackupManifest): SealedKeys | undefined {
  return partOf(manifest, 'secrets').mechanism === 'copied' ? manifest.keys.tenants : undefined;
}

interface DrilledObjects {
  readonly manifest: BackupManifest;
  readonly folder: string;
  /** Readers of the parts that name versions of a bucket. */
  readonly versions: ReadonlyMap<string, ObjectReader>;
}

/**
 * The objects of a part, restored into a folder of that name below `folder`, or read from their `versions`. A part without
 * a copy cannot be read, so that its invariant is unknown.
 */
export function objectsOf(
  { manifest, folder, versions }: DrilledObjects,
  name: 'objects' | 'plugin-storage',
): ObjectReader {
  const { mechanism } = partOf(manifest, name);
  const reader = versions.get(name);
  if (reader !== undefined) return reader;
  if (mechanism === 'copied') return folderObjects(join(folder, name));
  const refuse = () => Promise.reject(new Error(`the set has no copy of ${name} (${mechanism})`));
  return { has: refuse, read: refuse };
}
