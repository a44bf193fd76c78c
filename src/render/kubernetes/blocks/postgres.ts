import type { Deployment } from '../../../deployment/schema/deployment.ts';
import {
  API_PROCESSES,
  type ChartBlock,
  given,
  SECRET_PLACEHOLDER,
  unquoted,
  type Variables,
} from '../../../providers/chart-block.ts';
import type { ServiceAddresses } from '../../dify-env/addresses.ts';
import { databaseLogin } from '../../dify-env/postgres.ts';
import type { BundledContext } from './bundled.ts';
import { bundledImage, bundledPlace, MINIMAL_REQUESTS } from './bundled.ts';

/**
 * PostgreSQL. The chart supports one user for both databases and no TLS; `extraEnv` sets everything else. The bundled
 * server has no read replica: Dify would not read from it and nothing would promote it.
 */
export function postgresBlock(
  deployment: Deployment,
  addresses: ServiceAddresses,
  bundled: BundledContext,
): ChartBlock {
  const { postgres } = deployment;
  const main = databaseLogin(postgres, 'main', addresses);
  const plugin = databaseLogin(postgres, 'plugin', addresses);
  const host = unquoted('DB_HOST', main.host);
  const common: Variables = {
    DB_TYPE: 'postgresql',
    DB_PORT: String(main.port),
    DB_USERNAME: main.username,
  };
  if (postgres.mode === 'external') {
    return {
      values: {
        postgresql: { enabled: false },
        externalPostgres: {
          enabled: true,
          address: host.value,
          port: main.port,
          username: main.username,
          password: SECRET_PLACEHOLDER,
          database: { api: main.database, pluginDaemon: plugin.database },
        },
      },
      gives: {
        ...given(API_PROCESSES, { ...common, ...host.gives, DB_DATABASE: main.database }),
        pluginDaemon: { ...common, ...host.gives, DB_DATABASE: plugin.database },
      },
    };
  }
  const database = unquoted('DB_DATABASE', main.database);
  return {
    values: { postgresql: bundledPostgres(database.value, bundled) },
    gives: given([...API_PROCESSES, 'pluginDaemon'], { ...common, ...host.gives, ...database.gives }),
  };
}

function bundledPostgres(database: string, context: BundledContext) {
  return {
    enabled: true,
    architecture: 'standalone',
    global: {
      postgresql: {
        auth: {
          postgresPassword: SECRET_PLACEHOLDER,
          database,
          existingSecret: context.secretName,
          secretKeys: { adminPasswordKey: 'postgres.password' },
        },
      },
    },
    ...bundledImage(context),
    primary: {
      resources: { requests: MINIMAL_REQUESTS.postgres },
      ...bundledPlace(context),
      ...(context.storageClass === undefined ? {} : { persistence: { storageClass: context.storageClass } }),
    },
  };
}
