import { isOlder } from '../../../base/version-order.ts';
import { describedStore, storeField } from '../../../providers/object-storage/registry.ts';
import { blockOf, usesTls, vectorStoreProvider } from '../../../providers/vector-store/registry.ts';
import type { ObjectStorage } from '../object-storage.ts';
import type { Postgres } from '../postgres.ts';
import type { Redis } from '../redis.ts';
import type { VectorStore } from '../vector-store.ts';
import { buckets } from './buckets.ts';
import { type Finding, problem, type Rule, rule, warning } from './rule.ts';

/** Rules for databases, queues, buckets and CA files of data services. */
export const SERVICE_RULES: readonly Rule[] = [
  rule(['postgres'], ({ postgres }) => [...databasesDiffer(postgres), ...pluginDatabaseName(postgres)]),
  rule(['redis'], ({ redis }) => [...redisDatabasesDiffer(redis), ...sentinelsDiffer(redis)]),
  rule(['objectStorage'], ({ objectStorage }) => buckets(objectStorage)),
  rule(['postgres', 'redis'], ({ postgres, redis }) => [
    caWithoutTls(postgres) && warning('postgres.tls.caFile', 'not used while postgres.tls.mode is disable'),
    caWithoutTls(redis) && warning('redis.tls.caFile', 'not used while redis.tls.mode is disable'),
  ]),
  rule(['objectStorage'], ({ objectStorage }) => unusedStorageCa(objectStorage)),
  rule(['vectorStore'], ({ vectorStore }) => unusedVectorsCa(vectorStore)),
  rule(['vectorStore', 'version'], ({ vectorStore, version }) => unreadVectorsCa(vectorStore, version)),
];

/** The name of a database in either form. */
function nameOf(database: string | { readonly name: string }): string {
  return typeof database === 'string' ? database : database.name;
}

function databasesDiffer({ databases }: Postgres): readonly Finding[] {
  const { main, plugin } = databases;
  if (nameOf(main) !== nameOf(plugin)) return [];
  return [
    problem(
      'postgres.databases.plugin',
      `${nameOf(plugin)} is the main database; the plugin daemon needs a separate database`,
    ),
  ];
}

/**
 * The plugin daemon (dify-plugin-daemon 0.6) creates its database with an unquoted name: PostgreSQL folds it to lower
 * case and ends it at a dash.
 */
function pluginDatabaseName({ databases }: Postgres): readonly Finding[] {
  const name = nameOf(databases.plugin);
  if (/^[a-z_][a-z0-9_]*$/.test(name)) return [];
  return [
    warning(
      'postgres.databases.plugin',
      `${name}: the plugin daemon cannot create a database with that name; create it beforehand`,
    ),
  ];
}

function redisDatabasesDiffer({ databases }: Redis): readonly Finding[] {
  const entries = Object.entries(databases);
  return entries.flatMap(([use, number], index) => {
    const other = entries.slice(0, index).find(([, taken]) => taken === number)?.[0];
    return other === undefined
      ? []
      : [problem(`redis.databases.${use}`, `${number} is the database of ${other}; each needs a separate database`)];
  });
}

function sentinelsDiffer(redis: Redis): readonly Finding[] {
  if (redis.mode !== 'external' || redis.topology !== 'sentinel') return [];
  const { nodes } = redis.sentinel;
  return nodes.flatMap((node, index) =>
    nodes.indexOf(node) < index ? [problem(`redis.sentinel.nodes.${index}`, `${node} is listed twice`)] : [],
  );
}

function caWithoutTls(service: Postgres | Redis): boolean {
  return service.mode === 'external' && service.tls.mode === 'disable' && service.tls.caFile !== undefined;
}

function unusedStorageCa(storage: ObjectStorage): readonly Finding[] {
  if (storage.provider === 'local') return [];
  const { provider, at } = describedStore(storage);
  const why = at.caFile === undefined ? undefined : provider.ignoresCa?.(at);
  return why === undefined ? [] : [warning(storeField(provider, 'caFile'), `not used: ${why}`)];
}

/** A CA file that the client of this Dify release does not get. */
function unreadVectorsCa(store: VectorStore, version: string): readonly Finding[] {
  if (store.mode === 'bundled' || blockOf(store).caFile === undefined) return [];
  const { caSince } = vectorStoreProvider(store.provider);
  if (caSince === undefined || !isOlder(version, caSince)) return [];
  return [
    problem(
      `vectorStore.${store.provider}.caFile`,
      `Dify ${version} does not support a CA file for provider ${store.provider}; ${caSince} and newer do`,
    ),
  ];
}

function unusedVectorsCa(store: VectorStore): readonly Finding[] {
  if (store.mode === 'bundled') return [];
  const { caFile } = blockOf(store);
  if (caFile === undefined || usesTls(store)) return [];
  const path = `vectorStore.${store.provider}`;
  return [warning(`${path}.caFile`, `not used: ${path}.url is http`)];
}
