import { mkdir, readdir, rmdir } from 'node:fs/promises';
import path from 'node:path';

const MOUNT = '/sys/fs/cgroup';

/** The control group that contains those of the pods of a testbed's real node. No testbed has a dot in its name. */
export const cgroupOf = (testbed: string, index: number): string => `/difyctl-testbed-node-${testbed}.${index}`;

/** The mounted hierarchies: one with cgroup v2, one per controller with v1. */
async function hierarchies(): Promise<string[]> {
  const entries = await readdir(MOUNT, { withFileTypes: true }).catch(() => []);
  if (entries.some((entry) => entry.name === 'cgroup.controllers')) return [MOUNT];
  // With v1, an entry may be a link if two controllers share a hierarchy.
  return entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(MOUNT, entry.name));
}

/** Creates the group in every hierarchy. */
export async function makeCgroups(cgroup: string): Promise<void> {
  for (const hierarchy of await hierarchies()) await mkdir(path.join(hierarchy, cgroup), { recursive: true });
}

/** Removes the group from every hierarchy. No process may be in it. */
export async function removeCgroups(cgroup: string): Promise<void> {
  for (const hierarchy of await hierarchies()) await removeGroup(path.join(hierarchy, cgroup));
}

async function removeGroup(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return;
  for (const entry of entries) if (entry.isDirectory()) await removeGroup(path.join(folder, entry.name));
  await rmdir(folder);
}
