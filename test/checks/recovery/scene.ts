import { deepMerge, isObject, type Json, type JsonObject } from '../../../src/base/json.ts';
import type { Check, CheckResult } from '../../../src/checks/check.ts';
import { recoveryChecks } from '../../../src/checks/recovery/checks.ts';
import { CLUSTER_NODES } from '../../../src/evidence/cluster/nodes.ts';
import { OBJECT_STORAGE } from '../../../src/evidence/object-storage/facts.ts';
import { POSTGRES, type PostgresFacts } from '../../../src/evidence/postgres/facts.ts';
import { REDIS, type RedisFacts } from '../../../src/evidence/redis/facts.ts';
import { HEALTHY_BUCKET } from '../../support/bucket-facts.ts';
import { type JudgeInput, judged } from '../../support/check-runs.ts';
import { nodes } from '../../support/cluster-facts.ts';
import { parsedDeployment, SAMPLE_FILES, type SampleName } from '../../support/deployments.ts';

/** One of these checks by its id. */
function checkOf(id: string): Check {
  const check = recoveryChecks.find((candidate) => candidate.id === id);
  if (check === undefined) throw new Error(`no check ${id}`);
  return check;
}

const PROD: SampleName = 'prod-kubernetes-s3-qdrant';

/** Differences from a healthy production on Kubernetes; null removes a field. */
export type Patch = JsonObject;

/** A plan alone that is different. */
export function plan(recovery: JsonObject): Patch {
  return { recovery };
}

function patched(patch: Patch): JsonObject {
  return withoutNulls(deepMerge(SAMPLE_FILES[PROD], patch)) as JsonObject;
}

function withoutNulls(value: Json): Json {
  if (!isObject(value)) return value;
  const entries = Object.entries(value as JsonObject).filter(([, below]) => below !== null);
  return Object.fromEntries(entries.map(([key, below]) => [key, withoutNulls(below)]));
}

type Evidence = NonNullable<JudgeInput['seen']>;

/** A Redis that answers and keeps an append-only file. */
const REDIS_SEEN: RedisFacts = {
  server: {
    address: 'redis.example.internal:6379',
    info: { version: '7.2.4', mode: 'standalone', isCluster: false, role: 'master', replicas: [], isAof: true },
    settings: {},
    databases: [],
    refused: [],
  },
  sentinels: [],
};

/** All that the plan relies on, as it is seen of healthy services; PostgreSQL may differ. */
export function allSeen(postgres: PostgresFacts = postgresSeen([])): Evidence {
  return [
    [POSTGRES, postgres],
    [OBJECT_STORAGE, { host: 's3.example.internal', isSecure: true, keys: 'given', buckets: [HEALTHY_BUCKET] }],
    [REDIS, REDIS_SEEN],
    [CLUSTER_NODES, nodes(6, { zones: 3 })],
  ];
}

/** The result of a check; `skip` if it does not apply. */
export function resultOf(
  id: string,
  patch: Patch = {},
  seen: Evidence = allSeen(),
): Pick<CheckResult, 'status' | 'message' | 'observed' | 'remedy'> {
  const deployment = parsedDeployment(patched(patch));
  const check = checkOf(id);
  const arises = check.when?.(deployment, deployment.tier) ?? true;
  if (arises === false) return { status: 'skip', message: '', observed: '', remedy: '' };
  if (arises !== true) return { status: 'skip', message: arises.skip, observed: '', remedy: '' };
  return judged(check, { deployment, seen });
}

/** PostgreSQL as it answers, with these standbys and a working archive. */
export function postgresSeen(
  standbys: readonly ('sync' | 'quorum' | 'async' | undefined)[],
  over: { readonly required?: string; readonly bytes?: number } = {},
): PostgresFacts {
  const { required = '', bytes } = over;
  const shown = standbys.map((sync, index) => ({
    name: `standby${index}`,
    ...(sync === undefined ? {} : { sync, state: 'streaming' }),
  }));
  const catalog = { name: 'dify', owner: 'dify', encoding: 'UTF8', takesConnections: true, connectionLimit: -1 };
  return {
    address: 'pg.example.internal:5432',
    entries: [
      {
        which: 'main',
        database: 'dify',
        username: 'dify',
        ...(bytes === undefined ? {} : { catalog: { ...catalog, bytes } }),
      },
    ],
    roles: [],
    server: {
      version: 150_008,
      product: 'PostgreSQL 15.8',
      isInRecovery: false,
      replication: { standbys: shown, required, isShown: !standbys.includes(undefined) },
      archiving: {
        mode: 'on',
        command: 'wal-g wal-push %p',
        library: '',
        timeoutSeconds: 60,
        archived: 90,
        failed: 0,
        lastArchived: { wal: '00000001000000000000005A', at: '2026-11-22T11:59:30Z' },
        now: '2026-11-22T12:00:00Z',
      },
      latencies: [1],
    },
  };
}
