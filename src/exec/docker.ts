import { join } from 'node:path';
import { ExternalError } from '../base/errors.ts';
import type { Runner, RunOptions } from './runner.ts';

/**
 * A Compose project: its name, and the directory of its files. Relative paths in the files are relative to that
 * directory.
 */
export interface ProjectRef {
  readonly name: string;
  /** Absolute. */
  readonly directory: string;
}

/** The label that Compose sets on the containers and volumes of a project; its value is the project's name. */
export const PROJECT_LABEL = 'com.docker.compose.project';

/** Options of `docker ps`, `volume ls` and `network ls` that list only what belongs to a project. */
export function projectFilter(name: string): readonly string[] {
  return ['--filter', `label=${PROJECT_LABEL}=${name}`];
}

/**
 * The user's own docker, with its contexts, DOCKER_HOST and compose plugin. Each method returns standard output and
 * throws ExternalError.
 */
export interface Docker {
  /** `docker ARGS` */
  run(args: readonly string[], options?: RunOptions): Promise<string>;
  /** `docker compose ARGS` on the project's files. */
  compose(project: ProjectRef, args: readonly string[], options?: RunOptions): Promise<string>;
  /**
   * `docker compose ARGS` on a document given on standard input, which uses no variables. A draft with secrets in it is
   * therefore never a file, which a killed run would leave behind, and which a docker confined to the home directory
   * could not read.
   */
  composeDraft(project: ProjectRef, document: string, args: readonly string[], options?: RunOptions): Promise<string>;
  /** `docker compose ARGS` on the project as the engine knows it. Does not read the project's files. */
  composeLive(project: ProjectRef, args: readonly string[], options?: RunOptions): Promise<string>;
}

const COMPOSE = ['compose', '--ansi', 'never', '--progress', 'plain'];

/** Returns docker and docker compose, started through the runner. */
export function docker(runner: Runner): Docker {
  const run: Docker['run'] = async (args, options) => {
    try {
      return (await runner.run('docker', args, options)).stdout;
    } catch (error) {
      throw error instanceof ExternalError ? withNext(error) : error;
    }
  };
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

/** Characters of standard error that are searched. */
const MESSAGE_LIMIT = 8_192;

/** Next steps for docker's own messages, as docker 20.10 to 29 write them. */
const REMEDIES: readonly (readonly [RegExp, readonly string[]])[] = [
  [
    /cannot connect to the docker daemon|error during connect|connection refused/i,
    [
      'start Docker (systemctl start docker, or Docker Desktop)',
      'docker context ls shows the selected engine; DOCKER_HOST takes precedence',
    ],
  ],
  [
    /permission denied while trying to connect|dial unix .*permission denied/i,
    ['run as root or as a user of the group docker: this user may not access the engine'],
  ],
  [
    /'compose' is not a docker command|unknown (shorthand )?flag: .*(ansi|a' in -a)/i,
    ['install the compose plugin: https://docs.docker.com/compose/install/linux/'],
  ],
];

function withNext(error: ExternalError): ExternalError {
  if (error.next.length > 0) return error;
  const said = error.stderr.join('\n').slice(-MESSAGE_LIMIT);
  const next = REMEDIES.find(([words]) => words.test(said))?.[1];
  if (next === undefined) return error;
  const { message, command, stderr, timedOut } = error;
  return new ExternalError(message, {
    next,
    stderr,
    timedOut,
    cause: error,
    ...(command === undefined ? {} : { command }),
  });
}
