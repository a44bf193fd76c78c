import type { SecretPath } from '../../base/secret-ref.ts';
import type { ExternalPostgres, Postgres } from '../../deployment/schema/postgres.ts';
import { type EnvEntry, literal, secret } from '../../providers/env-entry.ts';
import { type ServiceAddresses, SYSTEM_CA_FILE } from './addresses.ts';
import { caFilePath } from './ca-certificates.ts';

/** The superuser of both bundled servers: the chart's subchart and the official image. */
export const BUNDLED_POSTGRES_USER = 'postgres';

/** Address and login of one of the two databases. */
interface DatabaseLogin {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: SecretPath;
}

/**
 * Returns the login of the API's database (`main`) or the plugin daemon's (`plugin`). A user and password of the
 * database override those of the server.
 */
export function databaseLogin(
  postgres: Postgres,
  which: 'main' | 'plugin',
  addresses: ServiceAddresses,
): DatabaseLogin {
  const entry = postgres.databases[which];
  const own = typeof entry === 'string' ? { name: entry } : entry;
  if (postgres.mode === 'bundled') {
    return {
      ...addresses.bundled.postgres,
      database: own.name,
      username: BUNDLED_POSTGRES_USER,
      password: 'postgres.password',
    };
  }
  return {
    host: postgres.host,
    port: postgres.port,
    database: own.name,
    username: own.username ?? postgres.username,
    password: own.password === undefined ? 'postgres.password' : `postgres.databases.${which}.password`,
  };
}

function loginEntries(login: DatabaseLogin): readonly EnvEntry[] {
  return [
    literal('DB_TYPE', 'postgresql'),
    literal('DB_HOST', login.host),
    literal('DB_PORT', login.port),
    literal('DB_USERNAME', login.username),
    secret('DB_PASSWORD', login.password),
    literal('DB_DATABASE', login.database),
  ];
}

/**
 * PostgreSQL in the variables of api, worker, beat and websocket. TLS settings are in DB_EXTRAS, the query of the
 * connection URL. An external server may fail over, so each connection is tested before it is used
 * (SQLALCHEMY_POOL_PRE_PING).
 */
export function apiPostgres(postgres: Postgres, addresses: ServiceAddresses): readonly EnvEntry[] {
  const login = loginEntries(databaseLogin(postgres, 'main', addresses));
  if (postgres.mode === 'bundled') return login;
  return [
    ...login,
    literal('SQLALCHEMY_POOL_PRE_PING', true),
    ...(postgres.tls.mode === 'disable' ? [] : [literal('DB_EXTRAS', libpqTls(postgres.tls, addresses))]),
  ];
}

/** The libpq query for TLS. libpq verifies the chain if it gets a root certificate; `verify-full` requires one. */
function libpqTls(tls: ExternalPostgres['tls'], addresses: ServiceAddresses): string {
  const own = tls.caFile === undefined ? undefined : caFilePath(addresses.paths, 'postgres');
  const root = own ?? (tls.mode === 'verify-full' ? SYSTEM_CA_FILE : undefined);
  return root === undefined ? `sslmode=${tls.mode}` : `sslmode=${tls.mode}&sslrootcert=${root}`;
}

/**
 * PostgreSQL in the variables of the plugin daemon. Its DB_SSL_MODE accepts `disable` and `require` only (plugin daemon
 * 0.6.3, config validation).
 */
export function pluginPostgres(postgres: Postgres, addresses: ServiceAddresses): readonly EnvEntry[] {
  const encrypted = postgres.mode === 'external' && postgres.tls.mode !== 'disable';
  return [
    ...loginEntries(databaseLogin(postgres, 'plugin', addresses)),
    literal('DB_SSL_MODE', encrypted ? 'require' : 'disable'),
  ];
}
