import { UserError } from '../../base/errors.ts';
import type { Redact } from '../../base/redact.ts';
import { docker, type ProjectRef } from '../../exec/docker.ts';
import type { Runner } from '../../exec/runner.ts';
import type { Rendered, RenderedCompose } from '../../render/rendered.ts';
import { composeStatePaths } from '../../state/compose/paths.ts';
import { fileStore } from '../../state/lock/file.ts';
import { revisionFolder } from '../../state/revisions/folder.ts';
import { newestRevision } from '../../state/revisions/revision.ts';
import type { Target } from '../target.ts';
import { applyCompose } from './apply.ts';
import type { Connection } from './connection.ts';
import { dataCompose, deleteDataCompose } from './data.ts';
import { ensureDirectory, keepEnvFile } from './directory.ts';
import { execCompose } from './exec.ts';
import { inspectCompose } from './inspect.ts';
import { locateCompose } from './locate.ts';
import { planCompose } from './plan.ts';
import { runningWritersCompose, startWritersCompose, stopWritersCompose } from './quiesce.ts';
import { removalCompose, removeCompose } from './remove.ts';
import { checkpointCompose, rollbackCompose } from './rollback.ts';
import { startDatabaseCompose } from './start-database.ts';

export interface ComposeTargetOptions {
  readonly runner: Runner;
  readonly project: ProjectRef;
  readonly redact: Redact;
  readonly now: () => number;
}

/** Returns the target for Dify on Docker Compose, through the user's own docker. */
export function composeTarget({ runner, project, redact, now }: ComposeTargetOptions): Target {
  const connection: Connection = { docker: docker(runner), project, redact, now };
  const paths = composeStatePaths(project.directory);
  return {
    revisions: revisionFolder(paths.revisions),
    tools: async (signal) => {
      const [client, compose] = await Promise.all([
        connection.docker.run(['version', '--format', '{{.Client.Version}}'], { signal }),
        connection.docker.run(['compose', 'version', '--short'], { signal }),
      ]);
      return { docker: client.trim(), compose: compose.trim() };
    },
    locate: (signal) => locateCompose(connection, signal),
    inspect: (signal) => inspectCompose(connection, signal),
    plan: (rendered, revisions, signal) =>
      planCompose(connection, ownKind(rendered), newestRevision(revisions), signal),
    lockStore: async () => {
      await ensureDirectory(project.directory);
      return fileStore(paths.lock, now);
    },
    keepSecrets: (rendered) => keepEnvFile(project.directory, ownKind(rendered).files),
    apply: (rendered, options) => applyCompose(connection, ownKind(rendered), options),
    startDatabase: (rendered, earlier, options) =>
      startDatabaseCompose(connection, ownKind(rendered), earlier, options),
    checkpoint: (input) => checkpointCompose(connection, input),
    rollback: (to, options) => rollbackCompose(connection, to, options),
    exec: (component, command, options) => execCompose(connection, component, command, options),
    applySecret: async () => {
      throw new UserError('a Compose deployment keeps its secrets in .env, which install and render write');
    },
    stopWriters: (options) => stopWritersCompose(connection, options),
    runningWriters: (signal) => runningWritersCompose(connection, signal),
    startWriters: (options) => startWritersCompose(connection, options),
    // Compose has no state of its own that a killed run could leave incomplete: the next `up` continues.
    recover: async () => [],
    prune: async () => undefined,
    removal: (signal) => removalCompose(connection, signal),
    data: (signal) => dataCompose(connection, signal),
    deleteData: (signal) => deleteDataCompose(connection, signal),
    remove: (options) => removeCompose(connection, options),
  };
}

function ownKind(rendered: Rendered): RenderedCompose {
  if (rendered.target === 'compose') return rendered;
  throw new Error('the Compose target was given a set rendered for Kubernetes');
}
