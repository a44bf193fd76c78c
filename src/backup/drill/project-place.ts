import { randomBytes } from 'node:crypto';
import { type Docker, docker, type ProjectRef } from '../../exec/docker.ts';
import { COMPOSE_ADDRESSES, POSTGRES } from '../../render/compose/names.ts';
import { databaseLogin } from '../../render/dify-env/postgres.ts';
import { composeExec, containerClient, type DatabaseClient, type DatabaseName } from '../database.ts';
import { psqlQuery } from '../restore/psql-query.ts';
import { restoreIntoDatabase } from '../restore/target-database.ts';
import type { DifyInDrill, DrillPlace, PlaceInput, UsePlace } from './place.ts';
import { drillLabels, hasProject, removeLeftProjects, removeProject } from './scratch-projects.ts';

export type Labels = Readonly<Record<string, string>>;

/** What runs in the project of a drill. */
interface ProjectContent {
  /** The Compose document, without variables. */
  readonly document: string;
  /** For the record: `a container of postgres:15 without a network`. */
  readonly words: string;
  readonly dify?: Pick<DifyInDrill, 'deployment' | 'secrets' | 'rendered'>;
}

/** Seconds until the new server accepts connections: it is initialised on an empty volume. */
export const DATABASE_START_SECONDS = 5 * 60;
/** Milliseconds for one query: a count of a large table takes minutes. */
const QUERY_MS = 15 * 60_000;

/**
 * A Compose project of a drill, of which only PostgreSQL is started. `contentOf` gets the name of the project, and the
 * labels of all that it creates. Throws ExternalError if Docker does not answer, and the errors of `contentOf`.
 */
export async function projectPlace(
  input: PlaceInput,
  contentOf: (name: string, labels: Labels) => ProjectContent,
): Promise<UsePlace> {
  const { deployment, runner, folder, signal, onLeft } = input;
  const engine = docker(runner);
  await engine.run(['version', '--format', '{{.Server.Version}}'], { signal });
  const project = { name: `difyctl-drill-${randomBytes(4).toString('hex')}`, directory: folder };
  const content = contentOf(project.name, await drillLabels(deployment.name));
  return async (work) => {
    onLeft(await removeLeftProjects(engine, deployment.name, { signal, now: new Date() }));
    try {
      await startDatabase(engine, project, content.document, signal);
      return await work(placeOf(input, project, content, engine));
    } finally {
      await removeProject(engine, project.name);
    }
  };
}

async function startDatabase(
  engine: Docker,
  project: ProjectRef,
  document: string,
  signal: AbortSignal,
): Promise<void> {
  const args = ['up', '--detach', '--no-build', '--wait', '--wait-timeout', String(DATABASE_START_SECONDS), POSTGRES];
  await engine.composeDraft(project, document, args, { signal, timeoutMs: DATABASE_START_SECONDS * 1_000 + 5_000 });
}

function placeOf(
  { deployment, runner, restic, signal }: PlaceInput,
  project: ProjectRef,
  { document, words, dify }: ProjectContent,
  engine: Docker,
): DrillPlace {
  const { name } = project;
  const client = (database: string): DatabaseClient =>
    containerClient({ words: composeExec(name), where: 'a container of the drill' }, database);
  const clientOf = (which: DatabaseName): DatabaseClient =>
    client(databaseLogin(deployment.postgres, which, COMPOSE_ADDRESSES).database);
  const query = (which: DatabaseName) => psqlQuery(runner, clientOf(which), { signal, timeoutMs: QUERY_MS });
  return {
    words: `project ${name} with ${words}`,
    scratch: name.replaceAll('-', '_'),
    isLeft: async (scratch) => !(await hasProject(engine, scratch.replaceAll('_', '-'), signal)),
    restore: (which, part) =>
      restoreIntoDatabase({ which, client: clientOf(which), server: client('postgres') }, part, undefined, {
        ...{ runner, restic, signal, onStart: () => undefined },
      }),
    read: (work) => work({ main: query('main'), plugin: query('plugin') }),
    dify: dify === undefined ? undefined : { ...dify, project, document, engine },
  };
}
