import { mkdir, readdir, rmdir } from 'node:fs/promises';
import path from 'node:path';

const MOUNT = '/sys/fs/cgroup';

/** The control group under which a testbed's real node makes those of its pods. */
export const cgroupOf = (testbed: string): string => `/difyctl-testbed-node-${testbed}`;

/** The mounted hierarchies: one under cgroup v2, one a controller under v1. */
async function hierarchies(): Promise<string[]> {
  const entries = await readdir(MOUNT, { withFileTypes: true }).catch(() => []);
  if (entries.some((entry) => entry.name === 'cgroup.controllers')) return [MOUNT];
  // Under v1 one entry may link to another, where two controllers share a hierarchy.
  return entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(MOUNT, entry.name));
}

/** Makes the testbed's group in every hierarchy. */
export async function makeCgroups(testbed: string): Promise<void> {
  for (const hierarchy of await hierarchies())
    await mkdir(path.join(hierarchy, cgroupOf(testbed)), { recursive: true });
}

/** Removes the testbed's groups, which no process may be in any more. */
export async function removeCgroups(testbed: string): Promise<void> {
  for (const hierarchy of await hierarchies()) await removeGroup(path.join(hierarchy, cgroupOf(testbed)));
}

async function removeGroup(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return;
  for (const entry of entries) if (entry.isDirectory()) await removeGroup(path.join(folder, entry.name));
  await rmdir(folder);
}
