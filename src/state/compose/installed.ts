import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnvFile } from '../../base/env-file.ts';
import { counted } from '../../base/words.ts';
import { outputLines } from '../../exec/answer.ts';
import { projectNames } from '../../exec/compose-project.ts';
import { docker, PROJECT_LABEL, projectFilter } from '../../exec/docker.ts';
import type { Runner } from '../../exec/runner.ts';
import type { InstalledSecrets } from '../installed.ts';
import { revisionFolder } from '../revisions/folder.ts';
import { newestRevision } from '../revisions/revision.ts';
import { unreadableNote } from '../revisions/stored.ts';
import { editedVariables } from './edited-env.ts';
import { composeStatePaths } from './paths.ts';
import { refuseForeignProject } from './project-ownership.ts';

export interface ComposeInstalledOptions {
  readonly runner: Runner;
  /** Absolute path of the directory of compose.yaml and `.env`. */
  readonly directory: string;
  /** Name of the deployment and of the Compose project. */
  readonly name: string;
}

/**
 * Returns the project's `.env` as the authority for generated secrets. `read` refuses a project that runs from another
 * directory: it is foreign.
 */
export function composeInstalled({ runner, directory, name }: ComposeInstalledOptions): InstalledSecrets {
  const engine = docker(runner);
  return {
    where: directory,
    read: async (signal) => {
      const format = `{{.Label "${PROJECT_LABEL}.working_dir"}}`;
      const [homes, volumes, folders, env, { revisions, unreadable }] = await Promise.all([
        engine.run(['ps', '-a', ...projectFilter(name), '--format', format], { signal }).then(outputLines),
        projectNames(engine, 'volume', name, signal),
        readdir(join(directory, 'volumes')).catch(() => []),
        readFile(join(directory, '.env'), 'utf8').catch(() => ''),
        revisionFolder(composeStatePaths(directory).revisions).read(),
      ]);
      await refuseForeignProject(name, directory, homes);
      const data = parseEnvFile(env);
      return {
        data,
        edited: await editedVariables(data, revisions, engine, name, signal),
        keys: newestRevision(revisions)?.secretKeys ?? {},
        traces: [
          ...revisions.slice(-1).map(({ number }) => `revision ${number}`),
          ...unreadable.map(({ where }) => `${where}, which cannot be read`),
          ...(homes.length > 0 ? [`${counted(homes.length, 'container')} of project ${name}`] : []),
          ...volumes.map((volume) => `volume ${volume}`),
          ...folders.map((folder) => `${directory}/volumes/${folder}`),
        ],
        notes: unreadable.map(unreadableNote),
      };
    },
    kubernetesSecret: async (secret) => ({
      reason: `a Compose deployment has no cluster to read Secret ${secret} from`,
    }),
  };
}
