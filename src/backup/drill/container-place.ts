import { POSTGRES } from '../../render/compose/names.ts';
import { BUNDLED_POSTGRES_USER } from '../../render/dify-env/postgres.ts';
import { imageName, SERVICE_IMAGES } from '../../render/images.ts';
import type { PlaceInput, UsePlace } from './place.ts';
import { DATABASE_START_SECONDS, type Labels, projectPlace } from './project-place.ts';

/**
 * A PostgreSQL container of the bundled image, in a Compose project of its own, without a network: only programs in the
 * container reach it. Throws ExternalError if Docker does not answer.
 */
export async function containerPlace(input: PlaceInput): Promise<UsePlace> {
  const image = imageName(SERVICE_IMAGES.postgres, input.deployment.images?.registry);
  return projectPlace(input, (_name, labels) => ({
    document: JSON.stringify(scratchProject(image, labels)),
    words: `a container of ${image} without a network`,
  }));
}

/** The Compose document. The server has the settings of the bundled one, so that the measured time is that of a restore. */
function scratchProject(image: string, labels: Labels): object {
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
      ...{ interval: '1s', timeout: '5s', retries: DATABASE_START_SECONDS },
    },
  };
  return { services: { [POSTGRES]: server }, volumes: { data: { labels } } };
}
