import { boundedJson } from '../../base/bounded-json.ts';
import { UserError } from '../../base/errors.ts';
import { isObject } from '../../base/json.ts';
import { ownLabels } from '../../base/own-labels.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import { type Kubectl, KubectlError } from '../../exec/kubectl.ts';
import { LOCK_SECONDS, LOCK_VERSION, type LockRecord, lockRecordSchema } from './record.ts';
import type { HeldLock, LockStore } from './store.ts';

/** Seconds that an unchanged Lease is respected at most, whatever its own duration. */
const MOST_SECONDS = 300;

const RECORD_ANNOTATION = 'difyctl/lock';

/**
 * Returns a lock store on the Lease `difyctl-<name>` in the deployment's namespace. Its resourceVersion prevents two
 * runs from taking it over at the same time.
 */
export function leaseStore(kubectl: Kubectl, namespace: string, deployment: string, now: () => number): LockStore {
  const name = `difyctl-${deployment}`;
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`;
  const write = async (verb: 'create' | 'replace', lease: object, signal: AbortSignal): Promise<string | undefined> => {
    try {
      const args = [verb, '-f', '-', '-n', namespace, '-o', 'json'];
      return versionOf(
        jsonAnswer(await kubectl.run(args, { input: JSON.stringify(lease), signal }), `kubectl ${verb} lease`),
      );
    } catch (error) {
      if (!(error instanceof KubectlError)) throw error;
      if (verb === 'create' && error.reason === 'not-found') throw noNamespace(namespace, error);
      if (['exists', 'conflict', 'not-found'].includes(error.reason)) return undefined;
      throw error;
    }
  };
  return {
    read: async (signal) => {
      const text = await kubectl.run(['get', 'lease', name, '-n', namespace, '--ignore-not-found', '-o', 'json'], {
        signal,
      });
      return text.trim() === '' ? undefined : heldLock(jsonAnswer(text, 'kubectl get lease'));
    },
    create: (record, signal) => write('create', lease(name, deployment, record, now()), signal),
    replace: (record, version, signal) => write('replace', lease(name, deployment, record, now(), version), signal),
    remove: async (version, signal) => {
      const options = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { resourceVersion: version } };
      try {
        await kubectl.run(['delete', '--raw', path, '-f', '-'], { input: JSON.stringify(options), signal });
      } catch (error) {
        if (!(error instanceof KubectlError && ['conflict', 'not-found'].includes(error.reason))) throw error;
      }
    },
  };
}

function lease(name: string, deployment: string, record: LockRecord, now: number, version?: string): object {
  // Lease times are MicroTime: six digits of a second.
  const micro = (time: string): string => time.replace(/\.(\d{3})Z$/, '.$1000Z');
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      labels: ownLabels(deployment),
      annotations: { [RECORD_ANNOTATION]: JSON.stringify(record) },
      ...(version === undefined ? {} : { resourceVersion: version }),
    },
    spec: {
      holderIdentity: `${record.holder} ${record.run}`,
      leaseDurationSeconds: LOCK_SECONDS,
      acquireTime: micro(record.since),
      renewTime: micro(new Date(now).toISOString()),
    },
  };
}

/**
 * A Lease that difyctl did not write has no record: its holder is the one it names, on another machine, as long as it
 * changes.
 */
function heldLock(lease: unknown): HeldLock {
  const metadata = isObject(lease) && isObject(lease.metadata) ? lease.metadata : {};
  const spec = isObject(lease) && isObject(lease.spec) ? lease.spec : {};
  const annotations = isObject(metadata.annotations) ? metadata.annotations : {};
  const seconds = Number(spec.leaseDurationSeconds) || LOCK_SECONDS;
  return {
    record: recordOf(annotations[RECORD_ANNOTATION]) ?? unknownRecord(spec),
    // renewTime is from another machine's clock, so it is not used. The limit prevents a wrong duration from locking
    // for a year.
    durationMs: Math.min(Math.max(seconds, LOCK_SECONDS), MOST_SECONDS) * 1000,
    version: versionOf(lease),
  };
}

function recordOf(text: unknown): LockRecord | undefined {
  try {
    return lockRecordSchema.safeParse(boundedJson(String(text))).data;
  } catch {
    return undefined;
  }
}

function unknownRecord(spec: Record<string, unknown>): LockRecord {
  const holder = String(spec.holderIdentity ?? 'another run');
  const unrecorded = { run: '', space: '', pid: 0, startTime: '', children: [] };
  return { kind: 'Lock', version: LOCK_VERSION, holder, since: String(spec.acquireTime ?? ''), ...unrecorded };
}

/**
 * Creating the Lease is what shows that the namespace does not exist, because this user may lack the right to read
 * namespaces.
 */
function noNamespace(namespace: string, cause: KubectlError): UserError {
  return new UserError(`namespace ${namespace} does not exist, and this user may not read or create it`, {
    problems: [{ path: 'target.namespace', message: `is ${namespace}` }],
    next: [`ask a user with the right to create it: kubectl create namespace ${namespace}`],
    cause,
  });
}

function versionOf(object: unknown): string {
  const metadata = isObject(object) && isObject(object.metadata) ? object.metadata : {};
  return String(metadata.resourceVersion ?? '');
}
