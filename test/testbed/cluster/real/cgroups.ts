import { mkdir, readdir, rmdir } from 'node:fs/promises';
import path from 'node:path';

const MOUNT = '/sys/fs/cgroup';

/** The control group that contains those of the pods of a testbed's real node. */
export const cgroupOf = (testbed: string): string => `/difyctl-testbed-node-${testbed}`;

/** The mounted hierarchies: one with cgroup v2, one per controller with v1. */
async function hierarchies(): Promise<string[]> {
  const entries = await readdir(MOUNT, { withFileTypes: true }).catch(() => []);
  if (entries.some((entry) => entry.name === 'cgroup.controllers')) return [MOUNT];
  // With v1, an entry may be a link if two controllers share a hierarchy.
  return entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(MOUNT, entry.name));
}

/** Creates the testbed's group in every hierarchy. */
export async function makeCgroups(testbed: string): Promise<void> {
  for (const hierarchy of await hierarchies())
    await mkdir(path.join(hierarchy, cgroupOf(testbed)), { recursive: true });
}

/** Removes the testbed's groups. No process may be in them. */
export async function removeCgroups(testbed: string): Promise<void> {
  for (const hierarchy of await hierarchies()) await removeGroup(path.join(hierarchy, cgroupOf(testbed)));
}

async function removeGroup(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return;
  for (const entry of entries) if (entry.isDirectory()) await removeGroup(path.join(folder, entry.name));
  await rmdir(folder);
}
