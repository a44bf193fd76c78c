import { defaultPluginBucket } from '../../plugin-bucket.ts';
import type { ObjectStorage } from '../object-storage.ts';
import type { Postgres } from '../postgres.ts';
import type { Redis } from '../redis.ts';
import type { VectorStore } from '../vector-store.ts';
import { type Finding, problem, type Rule, rule, warning } from './rule.ts';

/** Databases, queues and buckets that must not be one and the same. */
export const SERVICE_RULES: readonly Rule[] = [
  rule(['postgres'], ({ postgres }) => [...databasesDiffer(postgres), ...pluginDatabaseName(postgres)]),
  rule(['redis'], ({ redis }) => [...redisDatabasesDiffer(redis), ...sentinelsDiffer(redis)]),
  rule(['objectStorage'], ({ objectStorage }) => pluginBucket(objectStorage)),
  rule(['postgres', 'redis'], ({ postgres, redis }) => [
    caWithoutTls(postgres) && warning('postgres.tls.caFile', 'not used while postgres.tls.mode is disable'),
    caWithoutTls(redis) && warning('redis.tls.caFile', 'not used while redis.tls.mode is disable'),
  ]),
  rule(['objectStorage'], ({ objectStorage }) => unusedStorageCa(objectStorage)),
  rule(['vectorStore'], ({ vectorStore }) => unusedVectorsCa(vectorStore)),
];

/** Name of a database, however it is written. */
function nameOf(database: string | { readonly name: string }): string {
  return typeof database === 'string' ? database : database.name;
}

function databasesDiffer({ databases }: Postgres): readonly Finding[] {
  const { main, plugin } = databases;
  if (nameOf(main) !== nameOf(plugin)) return [];
  return [
    problem(
      'postgres.databases.plugin',
      `${nameOf(plugin)} is the main database; the plugin daemon needs one of its own`,
    ),
  ];
}

/** The plugin daemon (dify-plugin-daemon 0.6) creates its database by an unquoted name, which PostgreSQL folds to lower case and ends at a dash. */
function pluginDatabaseName({ databases }: Postgres): readonly Finding[] {
  const name = nameOf(databases.plugin);
  if (/^[a-z_][a-z0-9_]*$/.test(name)) return [];
  return [
    warning(
      'postgres.databases.plugin',
      `${name}: the plugin daemon cannot create a database of that name; create it beforehand`,
    ),
  ];
}

function redisDatabasesDiffer({ databases }: Redis): readonly Finding[] {
  const entries = Object.entries(databases);
  return entries.flatMap(([use, number], index) => {
    const other = entries.slice(0, index).find(([, taken]) => taken === number)?.[0];
    return other === undefined
      ? []
      : [problem(`redis.databases.${use}`, `${number} is the database of ${other}; each needs its own`)];
  });
}

function sentinelsDiffer(redis: Redis): readonly Finding[] {
  if (redis.mode !== 'external' || redis.topology !== 'sentinel') return [];
  const { nodes } = redis.sentinel;
  return nodes.flatMap((node, index) =>
    nodes.indexOf(node) < index ? [problem(`redis.sentinel.nodes.${index}`, `${node} is listed twice`)] : [],
  );
}

/** Characters of a bucket's name, and at Tencent COS of its whole host name (tencentcloud.com/document/product/436/13312). */
const LONGEST_BUCKET = 63;
const LONGEST_COS_HOST = 60;

function pluginBucket(storage: ObjectStorage): readonly Finding[] {
  const block = bucketBlock(storage);
  if (block === undefined) return [];
  const [name, { bucket, pluginBucket: own }] = block;
  const path = `objectStorage.${name}.pluginBucket`;
  const byDefault = defaultPluginBucket(storage.provider, bucket);
  if (own === undefined && byDefault.length > longestBucket(storage)) {
    return [problem(path, `needed: ${byDefault}, its default, is longer than a bucket name may be`)];
  }
  return own === bucket ? [warning(path, 'the same bucket as for files: plugins and files share one life cycle')] : [];
}

function longestBucket(storage: ObjectStorage): number {
  if (storage.provider !== 'tencent-cos') return LONGEST_BUCKET;
  return LONGEST_COS_HOST - `.cos.${storage.tencentCos.region}.myqcloud.com`.length;
}

interface Buckets {
  readonly bucket: string;
  readonly pluginBucket?: string | undefined;
}

/** Azure has one container for both, a local store none. */
function bucketBlock(storage: ObjectStorage): readonly [string, Buckets] | undefined {
  switch (storage.provider) {
    case 's3':
      return ['s3', storage.s3];
    case 'aliyun-oss':
      return ['aliyunOss', storage.aliyunOss];
    case 'gcs':
      return ['gcs', storage.gcs];
    case 'tencent-cos':
      return ['tencentCos', storage.tencentCos];
    case 'huawei-obs':
      return ['huaweiObs', storage.huaweiObs];
    case 'volcengine-tos':
      return ['volcengineTos', storage.volcengineTos];
    default:
      return undefined;
  }
}

function caWithoutTls(service: Postgres | Redis): boolean {
  return service.mode === 'external' && service.tls.mode === 'disable' && service.tls.caFile !== undefined;
}

function unusedStorageCa(storage: ObjectStorage): readonly Finding[] {
  if (storage.provider !== 's3' || storage.s3.caFile === undefined) return [];
  const { endpoint, identity } = storage.s3;
  if (endpoint?.startsWith('https:') === true && identity === undefined) return [];
  const why =
    endpoint?.startsWith('http:') === true ? 'objectStorage.s3.endpoint is http' : 'Dify asks Amazon S3 itself';
  return [warning('objectStorage.s3.caFile', `not used: ${why}`)];
}

function unusedVectorsCa(store: VectorStore): readonly Finding[] {
  if (store.mode === 'bundled') return [];
  const block =
    store.provider === 'milvus' ? store.milvus : store.provider === 'elasticsearch' ? store.elasticsearch : undefined;
  if (block?.caFile === undefined || block.url.startsWith('https:')) return [];
  const path = `vectorStore.${store.provider}`;
  return [warning(`${path}.caFile`, `not used: ${path}.url is http`)];
}
