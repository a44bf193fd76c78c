import { randomBytes } from 'node:crypto';
import { type Docker, docker, type ProjectRef } from '../../exec/docker.ts';
import { COMPOSE_ADDRESSES, POSTGRES } from '../../render/compose/names.ts';
import { BUNDLED_POSTGRES_USER, databaseLogin } from '../../render/dify-env/postgres.ts';
import { imageName, SERVICE_IMAGES } from '../../render/images.ts';
import { composeExec, containerClient, type DatabaseClient, type DatabaseName } from '../database.ts';
import { psqlQuery } from '../restore/psql-query.ts';
import { restoreIntoDatabase } from '../restore/target-database.ts';
import type { DrillPlace, PlaceInput, UsePlace } from './place.ts';
import { drillLabels, hasProject, removeLeftProjects, removeProject } from './scratch-projects.ts';

/** Milliseconds until the new server accepts connections: it is initialised on an empty volume. */
const START_MS = 5 * 60_000;
/** Milliseconds for one query: a count of a large table takes minutes. */
const QUERY_MS = 15 * 60_000;

/**
 * A PostgreSQL container of the bundled image, in a Compose project of its own, without a network: only programs in the
 * container reach it. Throws ExternalError if Docker does not answer.
 */
export async function containerPlace(input: PlaceInput): Promise<UsePlace> {
  const { deployment, runner, folder, signal, onLeft } = input;
  const engine = docker(runner);
  await engine.run(['version', '--format', '{{.Server.Version}}'], { signal });
  const image = imageName(SERVICE_IMAGES.postgres, deployment.images?.registry);
  return async (work) => {
    onLeft(await removeLeftProjects(engine, deployment.name, { signal, now: new Date() }));
    const project = { name: `difyctl-drill-${randomBytes(4).toString('hex')}`, directory: folder };
    try {
      await start(engine, project, scratchProject(image, await drillLabels(deployment.name)), signal);
      return await work(placeOf(input, project.name, image, engine));
    } finally {
      await removeProject(engine, project.name);
    }
  };
}

/** The Compose document. The server has the settings of the bundled one, so that the measured time is that of a restore. */
function scratchProject(image: string, labels: Readonly<Record<string, string>>): object {
  const server = {
    ...{ image, labels, network_mode: 'none', shm_size: '256m', restart: 'no' },
    // Only programs in the container can connect.
    environment: {
      ...{ POSTGRES_USER: BUNDLED_POSTGRES_USER, POSTGRES_HOST_AUTH_METHOD: 'trust' },
      PGDATA: '/var/lib/postgresql/data/pgdata',
    },
    command: ['postgres', '-c', 'shared_buffers=256MB'],
    volumes: ['data:/var/lib/postgresql/data'],
    healthcheck: {
      test: ['CMD', 'pg_isready', '-h', '127.0.0.1', '-U', BUNDLED_POSTGRES_USER],
      ...{ interval: '1s', timeout: '5s', retries: START_MS / 1_000 },
    },
  };
  return { services: { [POSTGRES]: server }, volumes: { data: { labels } } };
}

async function start(engine: Docker, project: ProjectRef, document: object, signal: AbortSignal): Promise<void> {
  const args = ['up', '--detach', '--no-build', '--wait', '--wait-timeout', String(START_MS / 1_000)];
  await engine.composeDraft(project, JSON.stringify(document), args, { signal, timeoutMs: START_MS + 5_000 });
}

function placeOf(
  { deployment, runner, restic, signal }: PlaceInput,
  project: string,
  image: string,
  engine: Docker,
): DrillPlace {
  const client = (database: string): DatabaseClient =>
    containerClient({ words: composeExec(project), where: 'a container of the drill' }, database);
  const clientOf = (which: DatabaseName): DatabaseClient =>
    client(databaseLogin(deployment.postgres, which, COMPOSE_ADDRESSES).database);
  const query = (which: DatabaseName) => psqlQuery(runner, clientOf(which), { signal, timeoutMs: QUERY_MS });
  return {
    words: `project ${project} with a container of ${image} without a network`,
    scratch: project.replaceAll('-', '_'),
    isLeft: async (scratch) => !(await hasProject(engine, scratch.replaceAll('_', '-'), signal)),
    restore: (which, part) =>
      restoreIntoDatabase({ which, client: clientOf(which), server: client('postgres') }, part, undefined, {
        ...{ runner, restic, signal, onStart: () => undefined },
      }),
    read: (work) => work({ main: query('main'), plugin: query('plugin') }),
  };
}
