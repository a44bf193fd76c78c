import type { Deployment } from '../../../../src/deployment/schema/deployment.ts';
import type { SecretValues } from '../../../../src/deployment/secrets.ts';
import { isRead } from '../../../../src/versions/variables.ts';
import { OBJECT_STORES } from '../../dify-env/object-storage-facts.ts';
import { fakeSecret } from '../../dify-env/resolved.ts';
import { VECTOR_STORES } from '../../dify-env/vector-store-facts.ts';
import { kubernetesDeployment } from './rendering.ts';

/** Releases before 1.15 cannot be given a CA file for a vector store. */
const CA_OF_MILVUS = 'MILVUS_SERVER_PEM_PATH';
const ref = { env: 'X' };
export const COMBINATION_SECRETS: SecretValues = { get: fakeSecret, has: () => true, unresolved: [] };

const TOPOLOGIES = {
  standalone: {
    mode: 'external',
    host: 'r.example',
    username: 'app',
    password: ref,
    tls: { mode: 'verify-full', caFile: './ca.pem' },
  },
  sentinel: {
    mode: 'external',
    topology: 'sentinel',
    username: 'app',
    password: ref,
    sentinel: { master: 'm', nodes: ['s1:26379', 's2:26379'], username: 'watch', password: ref },
    tls: { mode: 'require' },
    agentUrl: ref,
  },
} as const;
type Topology = keyof typeof TOPOLOGIES;

type Variables = Readonly<Record<string, string>>;

/** One deployment with a store of each kind, and what its processes must see by the facts. */
export interface Combination {
  readonly name: string;
  readonly topology: Topology;
  readonly objectStore: string;
  readonly vectorStore: string;
  readonly deployment: Deployment;
  readonly api: Variables;
  readonly plugin: Variables;
}

/** Every object store with every vector store on every topology. */
export function allCombinations(): readonly Combination[] {
  return (Object.keys(TOPOLOGIES) as Topology[]).flatMap((topology) =>
    OBJECT_STORES.flatMap((_store, store) =>
      VECTOR_STORES.map((_vector, vector) => combine(topology, store, vector, { mounts: true })),
    ),
  );
}

/**
 * Each store at least once on each topology: the two kinds do not know of each other, so they go in pairs. `version` is
 * Dify's; without `mounts` no deployment names a CA file.
 */
export function pairedCombinations(version?: string, mounts = true): readonly Combination[] {
  const count = Math.max(OBJECT_STORES.length, VECTOR_STORES.length);
  return (Object.keys(TOPOLOGIES) as Topology[]).flatMap((topology) =>
    Array.from({ length: count }, (_, index) =>
      combine(topology, index % OBJECT_STORES.length, index % VECTOR_STORES.length, { version, mounts }),
    ),
  );
}

interface Variant {
  readonly version?: string | undefined;
  readonly mounts: boolean;
}

function combine(topology: Topology, store: number, vector: number, { version, mounts }: Variant): Combination {
  const [objectStore, storage, api, plugin] = pick(OBJECT_STORES, store);
  const [vectorStore, block, seen] = pick(VECTOR_STORES, vector);
  const file = {
    ...(version === undefined ? {} : { version }),
    tier: 'prod',
    postgres: { mode: 'external', host: 'pg.example', password: ref, tls: { mode: 'verify-full', caFile: './ca.pem' } },
    redis: TOPOLOGIES[topology],
    objectStorage: { provider: objectStore, ...storage },
    vectorStore: {
      mode: 'external',
      provider: vectorStore,
      [vectorStore]: isRead(CA_OF_MILVUS, version ?? '1.16.1') ? block : withoutCaFiles(block),
    },
    recovery: { rto: '4h', rpo: '15m', postgres: { method: 'pitr', interval: '5m', retention: '14d' } },
  };
  const deployment = kubernetesDeployment(mounts ? file : withoutCaFiles(file));
  const name = `${objectStore}, ${vectorStore}, ${topology}`;
  return { name, topology, objectStore, vectorStore, deployment, api: { ...api, ...seen }, plugin: { ...plugin } };
}

/** The same file, in which nothing names a CA file: `verify-full` then means the image's own authorities. */
function withoutCaFiles(file: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(file, (key, value) => (key === 'caFile' ? undefined : value)));
}

function pick<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`nothing at ${index}`);
  return item;
}
