import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { BucketFact, ObjectFacts } from '../../evidence/object-storage/facts.ts';
import { OBJECT_STORAGE } from '../../evidence/object-storage/facts.ts';
import type { Replication } from '../../storage/facts.ts';
import { s3PlaceOf } from '../../storage/s3/places.ts';
import type { Check, JudgeContext } from '../check.ts';
import { deploymentOf } from '../judgement.ts';
import { declaredOnly } from '../services/probed.ts';
import { error, errorInProdElseWarning, whereFile } from '../when.ts';
import { type BucketContext, commandsOf, FRAME, perObjects, putOwner, type StopOwner, summed } from './per-bucket.ts';

export const storageVersioning: Check = {
  ...FRAME,
  id: 'object-storage.versioning',
  title: 'the buckets keep old versions, as the recovery plan says',
  severity: error,
  when: whereFile(
    ({ objectStorage, recovery }) => objectStorage.provider !== 'local' && recovery?.objectStorage?.versioning === true,
  ),
  remedy: 'enable versioning of the bucket',
  judge: (context) => {
    const { keys, buckets } = context.evidence(OBJECT_STORAGE);
    const what = 'versioning of the buckets';
    if (keys === 'workload') {
      const isSaid = buckets.every(({ versioningByVendor }) => versioningByVendor !== undefined);
      if (!isSaid) return declaredOnly(what, commandsOf(context).showVersioning(buckets[0]?.name ?? ''));
      return summed(context, buckets, (bucket) => byVendor(context, bucket) ?? 'object-storage.login');
    }
    return perObjects(
      context,
      'object-storage.versioning',
      (objects, bucket) => byVendor(context, bucket) ?? versioning(context, objects, bucket.name),
    );
  },
};

const VERSIONED = 'versioning enabled, because the recovery plan requires it';

function byVendor(context: JudgeContext, { name, versioningByVendor: state }: BucketFact): BucketContext | undefined {
  if (state === undefined) return undefined;
  const remedy = commandsOf(context).enableVersioning(name);
  const observed = `versioning is ${state}, according to the command line of the vendor`;
  return { status: state === 'enabled' ? 'pass' : 'fail', observed, expected: VERSIONED, remedy };
}

function versioning(
  context: JudgeContext,
  { put, settings, versioned }: ObjectFacts,
  bucket: string,
): BucketContext | StopOwner {
  const { objectStorage } = deploymentOf(context);
  const expected = VERSIONED;
  const remedy = commandsOf(context).enableVersioning(bucket);
  if (versioned === true) return { status: 'pass', observed: 'the probe object got a version', expected };
  if ('seen' in settings.versioning) {
    const state = settings.versioning.seen;
    return { status: state === 'enabled' ? 'pass' : 'fail', observed: `versioning is ${state}`, expected, remedy };
  }
  // Nothing was put, so versioning is not known; the check named here reports why.
  if (put !== 'ok') return putOwner(put);
  const { hidden } = settings.versioning;
  // Storages with versioning return a version for each put. No version is evidence, but a managed storage may hide it.
  if (versioned === false && !('managed' in objectStorage && objectStorage.managed !== undefined)) {
    return {
      status: 'fail',
      observed: `the probe object got no version, and the key may not read the setting (${hidden})`,
      expected,
      remedy,
    };
  }
  return declaredBucket('versioning of the bucket', commandsOf(context).showVersioning(bucket));
}

function declaredBucket(what: string, show: string): BucketContext {
  const { status, observed, expected, remedy } = declaredOnly(what, show);
  return { status, observed, expected, ...(remedy === undefined ? {} : { remedy }) };
}

export const storageReplication: Check = {
  ...FRAME,
  id: 'object-storage.replication',
  title: 'a second copy of the objects is kept, as the recovery plan says',
  severity: errorInProdElseWarning,
  when: whereFile(
    ({ objectStorage, recovery }) =>
      objectStorage.provider !== 'local' && (recovery?.objectStorage?.replication ?? 'none') !== 'none',
  ),
  remedy: 'configure replication of the bucket, or correct the recovery plan in the file',
  judge: (context) => {
    const { objectStorage, recovery } = deploymentOf(context);
    const planned = recovery?.objectStorage?.replication ?? 'none';
    const what = `${planned} replication`;
    const { keys, buckets } = context.evidence(OBJECT_STORAGE);
    const show = (bucket: string) => commandsOf(context).showReplication(bucket);
    if (keys === 'workload') return declaredOnly(what, show(buckets[0]?.name ?? ''));
    return perObjects(context, 'object-storage.replication', ({ settings: { replication } }, { name }) => {
      if ('hidden' in replication) return declaredBucket(what, show(name));
      const { seen } = replication;
      if (satisfies(seen, planned, objectStorage)) return { status: 'pass', observed: SAID[seen], expected: what };
      // The rules name the bucket of the copy, not where it is.
      if (seen === 'another-bucket')
        return { status: 'warn', observed: SAID[seen], expected: what, remedy: show(name) };
      // S3 does not show how a storage spreads its own disks over zones.
      const isInside = planned === 'cross-zone' && s3PlaceOf(objectStorage) !== undefined;
      if (isInside) return declaredBucket(what, show(name));
      return { status: 'fail', observed: SAID[seen], expected: what, remedy: show(name) };
    });
  },
};

const SAID: Readonly<Record<Replication, string>> = {
  none: 'no second copy is kept',
  'another-bucket': 'replicated to another bucket, whose region and zone are not shown',
  'cross-zone': 'kept in several zones',
  'cross-region': 'also kept in another region',
};

function satisfies(
  seen: Replication,
  planned: 'none' | 'cross-zone' | 'cross-region',
  storage: Deployment['objectStorage'],
): boolean {
  if (seen === 'cross-region' || seen === planned) return true;
  return seen === 'another-bucket' && planned === s3PlaceOf(storage)?.inherent;
}

export const storageEncryption: Check = {
  ...FRAME,
  id: 'object-storage.encryption',
  title: 'objects are encrypted at rest',
  severity: () => 'info',
  remedy: 'enable default encryption of the bucket if your rules require it',
  judge: (context) =>
    perObjects(context, 'object-storage.encryption', ({ settings: { encryption } }) => {
      const expected = 'default encryption of the bucket';
      if ('hidden' in encryption) return { status: 'pass', observed: `not shown (${encryption.hidden})`, expected };
      if (encryption.seen === 'none') return { status: 'warn', observed: 'no default encryption', expected };
      return { status: 'pass', observed: `encrypted (${encryption.seen})`, expected };
    }),
};
