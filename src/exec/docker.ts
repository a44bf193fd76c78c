import { join } from 'node:path';
import type { Runner, RunOptions } from './runner.ts';

/** A Compose project: its name, and the directory of its files, which relative paths in them stand for. */
export interface ProjectRef {
  readonly name: string;
  /** Absolute. */
  readonly directory: string;
}

/** The user's own docker, with its contexts, DOCKER_HOST and compose plugin. Each gives the standard output. */
export interface Docker {
  /** `docker ARGS` */
  run(args: readonly string[], options?: RunOptions): Promise<string>;
  /** `docker compose ARGS` on the project's files. */
  compose(project: ProjectRef, args: readonly string[], options?: RunOptions): Promise<string>;
  /**
   * `docker compose ARGS` on a document given on standard input, which refers to no variable: so a draft with secrets in it is never a file, which
   * a killed run would leave behind, and which a docker confined to the home directory could not read.
   */
  composeDraft(project: ProjectRef, document: string, args: readonly string[], options?: RunOptions): Promise<string>;
  /** `docker compose ARGS` on what the engine knows of the project; its files are not read. */
  composeLive(project: ProjectRef, args: readonly string[], options?: RunOptions): Promise<string>;
}

const COMPOSE = ['compose', '--ansi', 'never', '--progress', 'plain'];

/** docker and docker compose through the one door to outside programs. */
export function docker(runner: Runner): Docker {
  const run: Docker['run'] = async (args, options) => (await runner.run('docker', args, options)).stdout;
  return {
    run,
    compose: (project, args, options) => {
      const { directory } = project;
      return run([...onFiles(project, join(directory, 'compose.yaml'), join(directory, '.env')), ...args], options);
    },
    composeDraft: (project, input, args, options) =>
      run([...onFiles(project, '-', '/dev/null'), ...args], { ...options, input }),
    composeLive: ({ name }, args, options) => run([...COMPOSE, '--project-name', name, ...args], options),
  };
}

function onFiles({ name, directory }: ProjectRef, file: string, env: string): readonly string[] {
  const files = ['--project-directory', directory, '--file', file, '--env-file', env];
  return [...COMPOSE, '--project-name', name, ...files];
}
