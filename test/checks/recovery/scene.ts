import { deepMerge, isObject, type Json, type JsonObject } from '../../../src/base/json.ts';
import type { Check, CheckResult } from '../../../src/checks/check.ts';
import { recoveryChecks } from '../../../src/checks/recovery/checks.ts';
import { POSTGRES, type PostgresFacts } from '../../../src/evidence/postgres/facts.ts';
import { judged } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES, type SampleName } from '../../support/deployments.ts';

/** One of these checks by its id. */
function checkOf(id: string): Check {
  const check = recoveryChecks.find((candidate) => candidate.id === id);
  if (check === undefined) throw new Error(`no check ${id}`);
  return check;
}

const PROD: SampleName = 'prod-kubernetes-s3-qdrant';

/** What is different from a healthy production on Kubernetes; null takes a field away. */
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

/** What a check says, `skip` where its question does not arise. */
export function resultOf(
  id: string,
  patch: Patch = {},
  seen?: PostgresFacts,
): Pick<CheckResult, 'status' | 'message' | 'observed' | 'remedy'> {
  const deployment = parsedDeployment(patched(patch));
  const check = checkOf(id);
  const arises = check.when?.(deployment, deployment.tier) ?? true;
  if (arises === false) return { status: 'skip', message: '', observed: '', remedy: '' };
  if (arises !== true) return { status: 'skip', message: arises.skip, observed: '', remedy: '' };
  return judged(check, { deployment, ...(seen === undefined ? {} : { seen: [[POSTGRES, seen]] as const }) });
}

/** PostgreSQL as it answers, with these standbys. */
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
      latencies: [1],
    },
  };
}
