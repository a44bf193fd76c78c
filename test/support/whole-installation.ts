import { rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import type { CheckReport } from '../../src/checks/check.ts';
import type { DockerHost } from '../testbed/docker/host.ts';
import { findingsOf } from './findings.ts';
import type { UploadWriter } from './upload-writer.ts';

/** `ID STATUS` of each invariant in a report of a restore or a drill. */
export function invariantsOf(stdout: string): readonly string[] {
  const { invariants } = JSON.parse(stdout) as { invariants: readonly { id: string; status: string }[] };
  return invariants.map(({ id, status }) => `${id} ${status}`);
}

const INVARIANTS = ['secret-key', 'tenant-keys', 'credentials', 'setup', 'schema', 'files', 'plugins', 'vectors'];

/** What `invariantsOf` returns if every invariant holds. */
export const EVERY_INVARIANT: readonly string[] = INVARIANTS.map((id) => `${id} pass`);

/** The number of checks that pass, and every finding, in a report of postflight. */
export function postflightOf(stdout: string) {
  const report = JSON.parse(stdout) as CheckReport;
  return { passed: report.summary.pass, findings: findingsOf(report) };
}

/** Deletes the project of a Compose installation in the folder: containers, volumes, directory, and difyctl's state. */
export async function destroyProject({ docker, env }: DockerHost, folder: string): Promise<void> {
  await execa(docker, ['compose', '-p', 'dify', 'down', '--volumes', '--timeout', '0'], { env, stdin: 'ignore' });
  for (const name of ['dify', '.difyctl']) await rm(path.join(folder, name), { recursive: true, force: true });
}

/**
 * The number of the first uploads that have these keys or segments. Undefined if they are not the first ones: one is
 * missing, or one is there that is not an upload.
 */
export function firstUploads(
  { done }: UploadWriter,
  name: 'key' | 'segment',
  found: readonly string[],
): number | undefined {
  const first = done.slice(0, found.length).map((upload) => upload[name]);
  return first.toSorted().join() === found.toSorted().join() ? found.length : undefined;
}
