import { join } from 'node:path';
import type { Runner, RunOptions } from './runner.ts';

/** A Compose project: its name, and the directory that relative paths in it stand for. */
export interface ProjectRef {
  readonly name: string;
  /** Absolute. */
  readonly directory: string;
  /** Where compose.yaml and `.env` are read from; default: `directory`. */
  readonly files?: string;
}

/** The user's own docker, with its contexts, DOCKER_HOST and compose plugin. */
export interface Docker {
  /** Standard output of `docker ARGS`. */
  run(args: readonly string[], options?: RunOptions): Promise<string>;
  /** Standard output of `docker compose ARGS` on the project's files. */
  compose(project: ProjectRef, args: readonly string[], options?: RunOptions): Promise<string>;
}

/** docker and docker compose through the one door to outside programs. */
export function docker(runner: Runner): Docker {
  const run: Docker['run'] = async (args, options) => (await runner.run('docker', args, options)).stdout;
  return {
    run,
    compose: (project, args, options) => run([...projectArgs(project), ...args], options),
  };
}

function projectArgs({ name, directory, files = directory }: ProjectRef): readonly string[] {
  return [
    ...['compose', '--ansi', 'never', '--progress', 'plain', '--project-name', name],
    ...['--project-directory', directory, '--file', join(files, 'compose.yaml'), '--env-file', join(files, '.env')],
  ];
}
