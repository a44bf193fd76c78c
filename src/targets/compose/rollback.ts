import { createHmac } from 'node:crypto';
import { parseEnvFile } from '../../base/env-file.ts';
import { UserError } from '../../base/errors.ts';
import { secretVariable } from '../../render/compose/variables.ts';
import type { RenderedFile } from '../../render/rendered.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import type { Checkpoint, CheckpointInput, RollbackOptions, RolledBack } from '../target.ts';
import { servicesInFile } from './compose-file.ts';
import type { Connection } from './connection.ts';
import { contentOf, snapshot, writeFiles } from './directory.ts';
import { composeProgress } from './progress.ts';
import { down, up } from './up.ts';
import { openWatch, waitForServices } from './wait.ts';

/** Returns the files of the directory that an apply may change, with their current content. */
export async function checkpointCompose(
  { project }: Connection,
  { rendered, previous }: CheckpointInput,
): Promise<Checkpoint> {
  const files = await snapshot(project.directory, [...rendered.files, ...(previous?.files ?? [])]);
  return { target: 'compose', files };
}

/**
 * Writes the earlier files and restarts their services; removes the project if this was the first install. Data and
 * `.env` are kept. Throws UserError if the directory no longer has the `.env` of a recorded revision, and the errors of
 * an apply.
 */
export async function rollbackCompose(
  connection: Connection,
  to: Checkpoint | Revision,
  options: RollbackOptions,
): Promise<RolledBack> {
  const { onProgress } = options;
  onProgress({ type: 'step-progress', step: 'apply', detail: 'rolling back' });
  const files = 'number' in to ? await recordedFiles(connection, to) : filesOf(to);
  return { releaseRevision: undefined, state: await restart(connection, files, options) };
}

function filesOf(checkpoint: Checkpoint): readonly RenderedFile[] {
  if (checkpoint.target === 'compose') return checkpoint.files;
  throw new Error('the Compose target was given a checkpoint of Kubernetes');
}

/**
 * Returns the files of a revision. Files with secrets are not recorded: the existing one must match the recorded HMAC,
 * otherwise UserError.
 */
async function recordedFiles({ project }: Connection, { number, files }: Revision): Promise<readonly RenderedFile[]> {
  const env = (await contentOf(project.directory, '.env')) ?? '';
  const key = parseEnvFile(env)[secretVariable('secrets.secretKey')] ?? '';
  return files.map(({ path, sha256, content }) => {
    if (content !== undefined) return { path, content, mode: 0o644 };
    if (path === '.env' && createHmac('sha256', key).update(env).digest('hex') === sha256) {
      return { path, content: env, mode: 0o600 };
    }
    throw new UserError(
      `difyctl cannot roll back to revision ${number}: ${path} has changed since, and its earlier content is not kept`,
      {
        next: ['difyctl install with the difyctl.yaml of that revision'],
      },
    );
  });
}

async function restart(
  connection: Connection,
  files: readonly RenderedFile[],
  options: RollbackOptions,
): Promise<string> {
  const { project, now } = connection;
  const { signal, timeoutMs, onProgress, applied } = options;
  if (!files.some(({ path }) => path === 'compose.yaml')) {
    await down(connection, options);
    return `project ${project.name} was removed; its data and .env are kept`;
  }
  await writeFiles(project.directory, files, applied.files);
  const progress = composeProgress(onProgress);
  const planned = (await servicesInFile(project.directory)) ?? [];
  const watch = await openWatch(connection, planned, progress, signal);
  const refused = await up(connection, watch, progress, options);
  if (refused !== undefined) return `the previous files are restored, but Compose refuses them too: ${refused.reason}`;
  const views = await waitForServices(watch, { until: now() + timeoutMs, now, signal });
  const late = views.flatMap(({ name, settled }) => (settled ? [] : [name]));
  return late.length === 0
    ? `project ${project.name} runs again from the previous files`
    : `the previous files are restored, but ${late.join(', ')} did not become ready`;
}
