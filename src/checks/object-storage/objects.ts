import { formatBytes } from '../../base/quantity.ts';
import type { BucketFact, ObjectFacts, Step } from '../../evidence/object-storage/facts.ts';
import type { Check } from '../check.ts';
import { listed } from '../judgement.ts';
import { error } from '../when.ts';
import { type BucketContext, commandsOf, FRAME, perObjects, putOwner, type StopOwner } from './per-bucket.ts';

export const storageRights: Check = {
  ...FRAME,
  id: 'object-storage.rights',
  title: 'the key may put, get, list and delete objects',
  severity: error,
  remedy: 'grant the key these rights on the bucket and its objects',
  judge: (context) =>
    perObjects(context, 'object-storage.rights', (objects, bucket) => {
      const seen = rights(objects, bucket);
      return typeof seen === 'string' || seen.status === 'pass' || seen.remedy !== undefined
        ? seen
        : { ...seen, remedy: commandsOf(context).grant(bucket.name) };
    }),
};

/** The API puts, gets and deletes. The plugin daemon also lists, to find its packages. */
function rights({ put, get, list, remove, kept }: ObjectFacts, { usedBy }: BucketFact): BucketContext | StopOwner {
  const steps: readonly (readonly [verb: string, step: Step | undefined])[] = [
    ['put', put],
    ['get', get],
    ['list', list],
    ['delete', remove],
  ];
  const refused = steps.flatMap(([verb, step]) =>
    step === undefined || step === 'ok' || step.kind === 'full' || step.kind === 'locked' ? [] : [{ verb, step }],
  );
  const expected = 'a key that may put, get, list and delete';
  if (refused.length === 0) {
    if (put !== 'ok') return putOwner(put);
    // The name of the object, so that an operator recognizes it.
    const rest = kept === undefined ? '' : `; ${kept}, or an old version of it, is kept`;
    return { status: 'pass', observed: `the probe object was put, got, listed and deleted${rest}`, expected };
  }
  const isSlight = refused.every(({ verb }) => verb === 'list') && !usedBy.includes('plugin daemon');
  const codes = [...new Set(refused.map(({ step }) => step.code))].join(', ');
  const verbs = listed(refused.map(({ verb }) => verb));
  // Every storage gives the reason as a code of its own; a bare 403 is from a gateway.
  const isDenied = refused.every(({ step }) => step.kind === 'denied' && !/^\d+$/.test(step.code));
  return {
    status: isSlight ? 'warn' : 'fail',
    observed: isDenied ? `the key may not ${verbs} (${codes})` : `to ${verbs} fails (${codes})`,
    expected,
    ...(isDenied
      ? {}
      : { remedy: 'check the state and the log of the storage, and any proxy or gateway in front of it' }),
  };
}

export const storageIntegrity: Check = {
  ...FRAME,
  id: 'object-storage.integrity',
  title: 'the object storage returns objects of every size unchanged',
  severity: error,
  remedy: 'look for a proxy or gateway in front of the storage that rewrites or compresses objects',
  judge: (context) =>
    perObjects(context, 'object-storage.integrity', ({ put, get, altered, tooLarge }) => {
      const expected = 'the bytes that were put';
      if (put !== 'ok') return putOwner(put);
      if (get !== 'ok') return 'object-storage.rights';
      if (tooLarge !== undefined) {
        return {
          status: 'fail',
          observed: `an object of ${formatBytes(tooLarge)}, which users of Dify may upload, is refused because of its size (413)`,
          expected: 'a proxy and a storage that accept the largest upload',
          remedy: `raise the limit of the proxy in front of the storage (nginx: client_max_body_size ${Math.ceil(tooLarge / 2 ** 20)}m)`,
        };
      }
      return altered
        ? { status: 'fail', observed: 'the bytes that came back differ from those that were put', expected }
        : { status: 'pass', observed: 'the bytes that were put came back', expected };
    }),
};

export const storageCapacity: Check = {
  ...FRAME,
  id: 'object-storage.capacity',
  title: 'the object storage has free space',
  severity: error,
  remedy: 'raise the quota of the bucket or the account, or add disks',
  judge: (context) =>
    perObjects(context, 'object-storage.capacity', ({ put }) => {
      const expected = 'free space for new objects';
      if (put === 'ok') return { status: 'pass', observed: 'a new object was stored', expected };
      if (put.kind !== 'full') return 'object-storage.rights';
      return { status: 'fail', observed: `the storage accepts no more objects (${put.code})`, expected };
    }),
};
