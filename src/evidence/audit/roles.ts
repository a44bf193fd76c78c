import type { ComponentName } from '../../checklist/components.ts';
import { AGENT_SSRF_PROXY, SERVICE_OF } from '../../render/compose/names.ts';
import { COMPONENT_LABELS } from '../../render/kubernetes/names.ts';
import type { StoreKind } from './facts.ts';

/** Images of Dify's processes, by the last part of their repository. */
const BY_IMAGE: Readonly<Record<string, ComponentName>> = {
  'dify-web': 'web',
  'dify-sandbox': 'sandbox',
  'dify-plugin-daemon': 'pluginDaemon',
  'dify-agent-backend': 'agentBackend',
  'dify-agent-local-sandbox': 'localSandbox',
};
const BY_MODE: Readonly<Record<string, ComponentName>> = { api: 'api', worker: 'worker', beat: 'beat' };
const WEBSOCKET_CLASS = /geventwebsocket/i;

/** Repositories of data services; the last part of the name, in any registry. */
const STORES: readonly (readonly [RegExp, StoreKind])[] = [
  [
    /^(pgvector|pgvecto-rs|weaviate|qdrant|milvus|opensearch|elasticsearch|chroma|myscaledb|oceanbase-ce|seekdb)$/,
    'vector store',
  ],
  [/^(postgres|postgresql|postgresql-repmgr|spilo-\d+|timescaledb)$/, 'postgres'],
  [/^(mysql|mariadb|percona)$/, 'mysql'],
  [/^(redis|valkey|redis-stack-server|keydb|dragonfly)$/, 'redis'],
  [/^(minio|rustfs|seaweedfs)$/, 'object store'],
];

/** What is known of a process besides its image. */
export interface RoleHints {
  /** The chart's label `component` of its pods. */
  readonly label?: string;
  /** The name of its Compose service. */
  readonly service?: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** The Dify process of a container: by the chart's label, the service's name, or its image and MODE. */
export function componentOf(image: string, { label, service, settings }: RoleHints): ComponentName | undefined {
  const named = componentWith(COMPONENT_LABELS, label) ?? componentWith(SERVICE_OF, service);
  if (named !== undefined || service === AGENT_SSRF_PROXY) return named;
  const repository = repositoryOf(image);
  if (repository !== 'dify-api') return BY_IMAGE[repository];
  if (WEBSOCKET_CLASS.test(settings.SERVER_WORKER_CLASS ?? '')) return 'apiWebsocket';
  return BY_MODE[settings.MODE ?? 'api'];
}

/** The data service of an image; undefined for any other. */
export function storeOf(image: string): StoreKind | undefined {
  const repository = repositoryOf(image);
  return STORES.find(([pattern]) => pattern.test(repository))?.[1];
}

/** `dify-api` of `registry.example:5000/langgenius/dify-api:1.16.1@sha256:…`. */
export function repositoryOf(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  return last.split(/[:@]/)[0] ?? last;
}

/** The tag of an image without its digest; empty if it has none. */
export function tagOf(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1).split('@')[0] ?? '';
  return last.split(':')[1] ?? '';
}

function componentWith(
  names: Readonly<Record<ComponentName, string>>,
  name: string | undefined,
): ComponentName | undefined {
  if (name === undefined || name === '') return undefined;
  return (Object.keys(names) as ComponentName[]).find((component) => names[component] === name);
}
