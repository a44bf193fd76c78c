import { fileURLToPath } from 'node:url';

import type { Cluster } from '../cluster/cluster.ts';
import type { Store } from './stores.ts';

export interface Stores {
  readonly postgres: Store;
  readonly redis: Store;
  readonly objectStorage: Store;
  readonly vectorStore: Store;
}

const CHART = fileURLToPath(new URL('../../fixtures/chart', import.meta.url));

/** Findings of a demonstration on one machine, accepted by their ids as an operator would. */
const ACCEPTED = [
  { check: 'postgres.replication', reason: 'a demonstration: one server, and nothing in it' },
  { check: 'names.loopback', reason: 'a demonstration: simulated nodes run no container that would connect' },
];

/** The answers to `difyctl init`, as flags. Secrets are references, never values. */
export function answers(cluster: Cluster, stores: Stores): string[][] {
  const { postgres, redis, objectStorage, vectorStore } = stores;
  return [
    ['--tier', 'prod'],
    ['--target', 'kubernetes'],
    ['--context', cluster.context],
    ['--url', 'https://dify.example.com'],
    ['--target-ingress-class-name', 'nginx'],
    ['--target-ingress-tls-secret-name', 'dify-tls'],
    ['--postgres-host', postgres.host],
    ['--postgres-port', `${postgres.port}`],
    ['--postgres-password', 'env:QUICKSTART_POSTGRES_PASSWORD'],
    ['--redis-host', redis.host],
    ['--redis-port', `${redis.port}`],
    ['--redis-password', 'env:QUICKSTART_REDIS_PASSWORD'],
    ['--object-storage-s3-endpoint', `http://${objectStorage.host}:${objectStorage.port}`],
    ['--object-storage-s3-bucket', 'dify'],
    ['--object-storage-s3-access-key', 'env:QUICKSTART_S3_ACCESS_KEY'],
    ['--object-storage-s3-secret-key', 'env:QUICKSTART_S3_SECRET_KEY'],
    ['--vector-store-qdrant-url', `http://${vectorStore.host}:${vectorStore.port}`],
    ['--rto', '4h'],
    ['--rpo', '15m'],
    ['--recovery-configuration-repository', 'git@git.example.com:ops/dify.git'],
    ['--target-chart-path', CHART],
    ['--set', `acceptedRisks=${JSON.stringify(ACCEPTED)}`],
  ];
}

/** The variables of the secret references. */
export function secretVariables(stores: Stores): Record<string, string> {
  return {
    QUICKSTART_POSTGRES_PASSWORD: stores.postgres.password,
    QUICKSTART_REDIS_PASSWORD: stores.redis.password,
    QUICKSTART_S3_ACCESS_KEY: stores.objectStorage.password,
    QUICKSTART_S3_SECRET_KEY: stores.vectorStore.password,
  };
}

const SUBJECTS = {
  postgres: ['PostgreSQL', 'postgres'],
  redis: ['Redis', 'redis'],
  objectStorage: ['object storage', 'object-storage'],
  vectorStore: ['vector store', 'vector-store'],
} as const satisfies Readonly<Record<keyof Stores, readonly [string, string]>>;

const keys = Object.keys(SUBJECTS) as (keyof Stores)[];
const isListener = (stores: Stores) => (key: keyof Stores) => stores[key].kind === 'listener';

/** Arguments that skip the checks of listeners: their findings would say nothing about a real service. */
export function skipped(stores: Stores): string[] {
  const patterns = keys.filter(isListener(stores)).map((key) => `${SUBJECTS[key][1]}.*`);
  return patterns.length === 0 ? [] : ['--skip', patterns.join(',')];
}

/** One line each about what is real, simulated or replaced. */
export function provenance(stores: Stores): string[] {
  const real = keys.flatMap((key) => {
    const { kind, host, port } = stores[key];
    return kind === 'listener' ? [] : [`${kind.server} on ${host}:${port}`];
  });
  const listeners = keys.filter(isListener(stores)).map((key) => SUBJECTS[key][0]);
  return [
    'Real:      the control plane (etcd, API server, controller manager, scheduler), kubectl, helm, difyctl,',
    `           ${['the requests between them', ...real].join('; ')}.`,
    'Simulated: the six nodes and every pod on them (kwok): Kubernetes schedules and counts them, but no container runs,',
    '           so nothing answers at the address that is printed, and what only a running Dify could answer is skipped.',
    ...(listeners.length === 0
      ? []
      : [
          `Stand-in:  ${listeners.join(', ')}: a port that accepts connections and no more, since no such server runs here;`,
          '           their checks are skipped by name.',
        ]),
  ];
}
