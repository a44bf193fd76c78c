import { COMPONENTS } from '../../checklist/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import { COMPOSE_ADDRESSES } from '../../render/compose/names.ts';
import { difyEnvironment } from '../../render/dify-env/environment.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, pass, some } from '../judgement.ts';
import { error, withFile } from '../when.ts';

/** Variables that name a data service and its TLS settings, by the section of the file that sets them. */
const OF_SERVICE = {
  postgres: /^DB_(HOST|PORT|DATABASE|SSL_MODE|EXTRAS)$/,
  redis: /^REDIS_(HOST|PORT|DB|USE_SSL|SSL_CERT_REQS|USE_SENTINEL|SENTINELS|SENTINEL_SERVICE_NAME)$/,
  vectorStore:
    /^(VECTOR_STORE|QDRANT_URL|WEAVIATE_ENDPOINT|WEAVIATE_GRPC_ENDPOINT|MILVUS_URI|PGVECTOR_(HOST|PORT|DATABASE))$/,
  objectStorage: /^(STORAGE_TYPE|S3_ENDPOINT|S3_BUCKET_NAME)$/,
} as const;

export const configAddresses: Check = {
  id: 'config.addresses',
  title: 'the rendered components use the data services of the file, which the checks probe',
  phases: ['preflight'],
  severity: error,
  when: withFile,
  requires: [RENDERED_OBJECTS],
  remedy: 'configure the service in its own section of the file, and remove it from extraEnv and extraValues',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const set = context.evidence(RENDERED_OBJECTS);
    const expected = 'the services of the file, with their TLS settings';
    const named = namedBy(deployment);
    const other = set.workloads.flatMap(({ component, settings = {} }) =>
      component === undefined
        ? []
        : [...(named.get(component) ?? [])].flatMap(([name, value]) => {
            const rendered = settings[name];
            const isSame = rendered === undefined || rendered.toLowerCase() === value.toLowerCase();
            return isSame ? [] : [`${name} of ${component} is ${rendered === '' ? 'empty' : rendered}, not ${value}`];
          }),
    );
    if (other.length === 0) return pass('the services of the file', expected);
    const observed = some(other);
    return finding('fail', {
      observed,
      expected,
      message: `${observed}: the checks probe the services of the file, but Dify would use others`,
    });
  },
};

/** The kind of database, which is PostgreSQL also if it is bundled. */
const DATABASE_KIND = /^DB_TYPE$/;

/** The values that the file alone gives, by component and variable: the kind of database, and the external services. */
function namedBy(deployment: Deployment): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const { postgres, redis, vectorStore, objectStorage } = deployment;
  const patterns = [
    DATABASE_KIND,
    ...(postgres.mode === 'external' ? [OF_SERVICE.postgres] : []),
    ...(redis.mode === 'external' ? [OF_SERVICE.redis] : []),
    ...(vectorStore.mode === 'external' ? [OF_SERVICE.vectorStore] : []),
    ...(objectStorage.provider === 'local' ? [] : [OF_SERVICE.objectStorage]),
  ];
  // Only external services are compared, so the addresses of bundled ones do not matter.
  const table = difyEnvironment({ ...deployment, components: {}, extraValues: {} }, COMPOSE_ADDRESSES);
  return new Map(
    COMPONENTS.map((component) => {
      const own = table[component].flatMap(({ name, value }) =>
        'literal' in value && patterns.some((pattern) => pattern.test(name)) ? [[name, value.literal] as const] : [],
      );
      return [component, new Map(own)];
    }),
  );
}
