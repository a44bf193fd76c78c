import { withinMs } from '../../base/time-limit.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { ObjectStorage } from '../../deployment/schema/object-storage.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { customCa, type Trust } from '../../net/custom-ca.ts';
import { ProbeError } from '../../net/probe-error.ts';
import { identityOf } from '../../providers/object-storage/registry.ts';
import { storageCaFile } from '../../render/dify-env/ca-certificates.ts';
import type { Failure } from '../../storage/facts.ts';
import { createSignedClient, type Reach, type SignedClient, StorageError } from '../../storage/signed-client.ts';
import { type CollectContext, CollectionError, type Collector } from '../evidence.ts';
import { type BucketFact, OBJECT_STORAGE, type ObjectStorageFacts } from './facts.ts';
import { bucketsOf, largestObject, type PlannedBucket } from './plan.ts';
import { serviceOf } from './service.ts';
import { askVendor } from './vendor-cli.ts';

export interface ObjectStorageOptions extends Trust {
  /** Milliseconds for a connection, and again for an answer. Default: 5,000. */
  readonly limitMs?: number;
}

const LIMIT_MS = 5_000;
/** Milliseconds for the probe of one bucket; cleanup has CLEAN_MS more. */
const PROBE_MS = 30_000;
const CLEAN_MS = 8_000;

/** Probes the buckets of the deployment as Dify uses them. `options` vary limits and trust. */
export function createObjectStorageCollector(options: ObjectStorageOptions = {}): Collector<ObjectStorageFacts> {
  return {
    key: OBJECT_STORAGE,
    timeoutMs: PROBE_MS + CLEAN_MS + 2_000,
    fromCluster: true,
    collect: async (context) => {
      const { deployment, secrets } = context;
      if (deployment === undefined || secrets === undefined) throw new CollectionError('absent', 'a deployment file');
      const storage = deployment.objectStorage;
      const service = serviceOf(storage, secrets);
      if (service === undefined) throw new CollectionError('absent', 'an object storage');
      const { endpoint } = service;
      const given = { host: endpoint.hostname, isSecure: endpoint.protocol === 'https:' };
      const keys = keysOf(storage, secrets);
      const trust = await trustIn(storage, context);
      if (trust instanceof ProbeError) {
        const stopped: Failure = { ...trust.fact, kind: 'fault', host: endpoint.hostname };
        const unseen = bucketsOf(storage).map((bucket) => ({ ...bucket, address: endpoint.origin, stopped }));
        return { ...given, keys, buckets: unseen };
      }
      const look = async (bucket: PlannedBucket): Promise<BucketFact> => {
        const reach = {
          ...reachOf(context, { ...trust, ...options }),
          largest: largestObject(deployment, bucket.usedBy),
        };
        const fact = await (keys === 'given' ? service.probe(reach, bucket) : greet(reach.wire, endpoint, bucket));
        if (!hidesVersions(fact, deployment, keys) || context.from === 'cluster') return fact;
        const versioningByVendor = await askVendor(storage, bucket.name, context);
        return versioningByVendor === undefined ? fact : { ...fact, versioningByVendor };
      };
      const buckets = await Promise.all(bucketsOf(storage).map(look));
      return { ...given, keys, buckets };
    },
  };
}

export const objectStorageCollector = createObjectStorageCollector();

function reachOf(
  { dial, now, signal }: CollectContext,
  { limitMs = LIMIT_MS, ...trust }: ObjectStorageOptions,
): Omit<Reach, 'largest'> {
  const wire = createSignedClient({ dial, now, limitMs, ...trust, signal: withinMs(PROBE_MS, signal) });
  // Not tied to the run's signal: an interrupt must not leave a probe object behind.
  return { wire, cleaner: wire.within(withinMs(PROBE_MS + CLEAN_MS)) };
}

/**
 * The CA certificate that the file names for the storage; like botocore, trusts no other then. Returns a ProbeError if
 * the file cannot be read.
 */
async function trustIn(storage: ObjectStorage, { baseDirectory }: CollectContext): Promise<Trust | ProbeError> {
  try {
    return await customCa(storageCaFile(storage), baseDirectory);
  } catch (error) {
    if (error instanceof ProbeError) return error;
    throw error;
  }
}

function keysOf(storage: ObjectStorage, secrets: SecretValues): ObjectStorageFacts['keys'] {
  if (storage.provider !== 'local' && identityOf(storage) === 'workload') return 'workload';
  return secrets.unresolved.some(({ path }) => path.startsWith('objectStorage.')) ? 'unresolved' : 'given';
}

/**
 * True if the recovery plan relies on object versions, but neither the bucket's settings nor the probe object show any.
 */
function hidesVersions({ objects }: BucketFact, { recovery }: Deployment, keys: ObjectStorageFacts['keys']): boolean {
  if (recovery?.objectStorage?.versioning !== true) return false;
  if (objects === undefined) return keys === 'workload';
  return objects.versioned !== true && 'hidden' in objects.settings.versioning;
}

/** Without keys: checks only whether the endpoint answers, and with what certificate. */
async function greet(wire: SignedClient, endpoint: URL, bucket: PlannedBucket): Promise<BucketFact> {
  const fact = { ...bucket, address: endpoint.origin };
  try {
    await wire.send({ url: endpoint });
    return { ...fact, ...wire.seen };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return { ...fact, ...wire.seen, stopped: error.failure };
  }
}
