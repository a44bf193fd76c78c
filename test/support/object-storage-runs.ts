import { ExternalError } from '../../src/base/errors.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { redactor } from '../../src/base/redact.ts';
import type { CheckResult } from '../../src/checks/check.ts';
import { judgeCheck } from '../../src/checks/judge.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import type { Deployment } from '../../src/deployment/schema/deployment.ts';
import type { SecretValues } from '../../src/deployment/secrets.ts';
import type { CollectContext, Evidence } from '../../src/evidence/evidence.ts';
import {
  createObjectStorageCollector,
  type ObjectStorageOptions,
} from '../../src/evidence/object-storage/collector.ts';
import { OBJECT_STORAGE, type ObjectStorageFacts } from '../../src/evidence/object-storage/facts.ts';
import { type Dial, dialHere } from '../../src/net/dial.ts';
import { ProbeError } from '../../src/net/probe-error.ts';
import { collectContext } from './check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from './deployments.ts';

/** A production on Compose with this object storage. By default, its recovery plan relies on versioning. */
export function withStorage(objectStorage: JsonObject, recovery: JsonObject = {}): Deployment {
  const base = SAMPLE_FILES['prod-compose-s3-qdrant'];
  return parsedDeployment({
    ...base,
    objectStorage,
    recovery: { ...base.recovery, objectStorage: { versioning: true, replication: 'none', ...recovery } },
  });
}

/** Secrets by the last segment of their path. */
function storageSecrets(values: Readonly<Record<string, string>>): SecretValues {
  const secretAt = (path: string) => values[path.slice(path.lastIndexOf('.') + 1)];
  return {
    get: (path) => {
      const value = secretAt(path);
      if (value === undefined) throw new Error(`no secret at ${path}`);
      return value;
    },
    has: (path) => secretAt(path) !== undefined,
    unresolved: [],
  };
}

/**
 * A dial with its own name resolution: hosts that are or end in one of these names connect to the port on 127.0.0.1,
 * all others do not resolve.
 */
export function dialTo(ports: Readonly<Record<string, number>>): Dial {
  return (host, port, options) => {
    if (host === '127.0.0.1') return dialHere(host, port, options);
    const found = Object.entries(ports).find(([ending]) => host === ending || host.endsWith(`.${ending}`));
    if (found === undefined) throw new ProbeError('resolve', 'ENOTFOUND', `${host} does not resolve`);
    return dialHere('127.0.0.1', found[1], options);
  };
}

export interface StorageRun {
  readonly evidence: ObjectStorageFacts;
  readonly results: readonly CheckResult[];
  /** Ids and statuses of the findings. */
  readonly findings: readonly string[];
  result(id: string): CheckResult;
}

export interface StorageRunOptions {
  readonly deployment: Deployment;
  readonly secrets: Readonly<Record<string, string>>;
  readonly context?: Partial<CollectContext>;
  readonly options?: ObjectStorageOptions;
}

/**
 * Collects from a real object storage and runs every check of it except `reachable`. Throws Error if evidence or
 * results contain a secret.
 */
export async function runStorage(run: StorageRunOptions): Promise<StorageRun> {
  const { deployment } = run;
  const now = new Date();
  const context = collectContext({
    deployment,
    tier: deployment.tier,
    secrets: storageSecrets(run.secrets),
    // The developer may be logged in to a cloud; the tests must not use that login.
    runner: { run: () => Promise.reject(new ExternalError('no command line of any vendor here')) },
    ...run.context,
  });
  const collector = createObjectStorageCollector(run.options);
  const evidence = await collector.collect(context, () => Promise.reject(new Error('needs nothing')));
  const results = judgeStorage(deployment, evidence, now);
  const written = JSON.stringify([evidence, results]);
  if (redactor(Object.values(run.secrets).filter((value) => value.length > 20))(written) !== written) {
    throw new Error('a secret is in the evidence or in a result');
  }
  const findings = results.filter(({ status }) => !['pass', 'skip'].includes(status));
  return {
    evidence,
    results,
    findings: findings.map(({ id, status }) => `${id} ${status}`),
    result: (id) => {
      const found = results.find((one) => one.id === id);
      if (found === undefined) throw new Error(`${id} did not arise`);
      return found;
    },
  };
}

/** Runs every check of the object storage except `reachable` on this evidence. */
export function judgeStorage(deployment: Deployment, data: ObjectStorageFacts, now: Date): readonly CheckResult[] {
  const { name: key, version } = OBJECT_STORAGE;
  const at = now.toISOString();
  const one: Evidence<unknown> = { key, version, collectedAt: at, from: 'local', outcome: 'ok', data, durationMs: 1 };
  const facts = { tier: deployment.tier, deployment, now, evidence: new Map([[key, one]]) };
  return CHECKS.filter((check) => check.requires.some((need) => need.name === key))
    .filter((check) => check.when?.(deployment, deployment.tier) === true)
    .map((check) => judgeCheck(check, facts));
}
