import type { BucketFact, ObjectFacts, ObjectStorageFacts } from '../../evidence/object-storage/facts.ts';
import { OBJECT_STORAGE } from '../../evidence/object-storage/facts.ts';
import type { BucketCommands } from '../../providers/object-storage/bucket-commands.ts';
import { bucketCommands, type DescribedStore, describedStore } from '../../providers/object-storage/registry.ts';
import type { Failure } from '../../storage/facts.ts';
import type { Check, JudgeContext, Judgement, Observation, Status } from '../check.ts';
import { worst } from '../judge.ts';
import { deploymentOf, groupBy, listed } from '../judgement.ts';
import { faultStatus, notReached } from '../services/probed.ts';
import { whereFile } from '../when.ts';

/** How one check judges one bucket. */
export interface BucketContext {
  readonly status: Status;
  readonly observed: string;
  readonly expected: string;
  readonly remedy?: string;
}

/** What all checks of the object storage share. */
export const FRAME = {
  phases: ['preflight'],
  when: whereFile(({ objectStorage }) => objectStorage.provider !== 'local'),
  requires: [OBJECT_STORAGE],
} as const satisfies Pick<Check, 'phases' | 'when' | 'requires'>;

/** The check that reports what stopped a probe, so that it is reported once. */
export type StopOwner =
  `object-storage.${'reachable' | 'tls' | 'login' | 'clock' | 'region' | 'address-style' | 'bucket' | 'rights' | 'capacity'}`;

export function ownerOf(failure: Failure, bucket: BucketFact, { host }: ObjectStorageFacts): StopOwner {
  if (bucket.otherStyle?.works === true) return 'object-storage.address-style';
  switch (failure.kind) {
    case 'fault':
      return faultOwner(failure, bucket, host);
    case 'clock':
      return 'object-storage.clock';
    case 'region':
      return 'object-storage.region';
    case 'style':
      return 'object-storage.address-style';
    case 'bucket':
      return 'object-storage.bucket';
    case 'denied':
      return 'object-storage.rights';
    case 'full':
      return 'object-storage.capacity';
    default:
      return 'object-storage.login';
  }
}

/**
 * If the bucket has its own host name and that does not answer, the address style is wrong. `reachable` reports the
 * endpoint itself.
 */
function faultOwner({ stage, host }: Failure, { style }: BucketFact, endpoint: string): StopOwner {
  if (stage === 'tls') return 'object-storage.tls';
  if (stage !== 'resolve' && stage !== 'connect') return 'object-storage.login';
  if (host === endpoint) return 'object-storage.reachable';
  return style === 'virtual' ? 'object-storage.address-style' : 'object-storage.login';
}

/**
 * Judges each bucket that was probed with keys. If the probe was stopped, `stopped` judges the failure if `id` owns it;
 * else the bucket is left to the check that owns it. If `judge` returns the id of another check, the bucket is left to
 * that check.
 */
export function perBucket(
  context: JudgeContext,
  id: string,
  judge: (bucket: BucketFact) => BucketContext | StopOwner,
  stopped: (failure: Failure, bucket: BucketFact) => BucketContext = (failure) => unexpected(failure, context),
): Judgement {
  const evidence = context.evidence(OBJECT_STORAGE);
  if (evidence.keys === 'unresolved') return notReached('config.secrets');
  if (evidence.keys === 'workload') return notReached('object-storage.login');
  return summed(context, evidence.buckets, (bucket) => {
    if (bucket.stopped === undefined) return judge(bucket);
    const owner = ownerOf(bucket.stopped, bucket, evidence);
    return owner === id ? stopped(bucket.stopped, bucket) : owner;
  });
}

/** Like `perBucket`, for checks that need the facts about a bucket's objects. */
export function perObjects(
  context: JudgeContext,
  id: string,
  judge: (objects: ObjectFacts, bucket: BucketFact) => BucketContext | StopOwner,
): Judgement {
  return perBucket(context, id, (bucket) =>
    bucket.objects === undefined ? 'object-storage.login' : judge(bucket.objects, bucket),
  );
}

/** The check that reports why no object could be put. */
export function putOwner({ kind }: Failure): StopOwner {
  return kind === 'full' ? 'object-storage.capacity' : 'object-storage.rights';
}

function unexpected(failure: Failure, context: JudgeContext): BucketContext {
  const status = faultStatus(failure, deploymentOf(context), originOf(context));
  return { status, observed: failure.text, expected: 'an answer' };
}

/** The descriptor of the object storage and its block. Throws Error (a bug) for a local volume: `FRAME` excludes it. */
export function storeOf(context: JudgeContext): DescribedStore {
  const { objectStorage } = deploymentOf(context);
  if (objectStorage.provider === 'local') throw new Error('a local volume has no buckets');
  return describedStore(objectStorage);
}

/** The next steps for the operator of the buckets. */
export function commandsOf(context: JudgeContext): BucketCommands {
  return bucketCommands(storeOf(context));
}

export function originOf(context: JudgeContext): Observation['from'] {
  return context.optionalEvidence(OBJECT_STORAGE)?.from ?? 'local';
}

/**
 * Combines the judgements of several buckets; an observation that is the same for both is written once. `look` returns
 * a string to name the check that reports the bucket.
 */
export function summed(
  context: JudgeContext,
  buckets: readonly BucketFact[],
  look: (bucket: BucketFact) => BucketContext | StopOwner,
): Judgement {
  const from = originOf(context);
  const noun = bucketNoun(context);
  const looked = buckets.map((bucket) => ({ bucket, seen: look(bucket) }));
  const judged = looked.flatMap(({ bucket, seen }) => (typeof seen === 'string' ? [] : [{ bucket, seen }]));
  const [first] = looked;
  if (judged.length === 0) return notReached(typeof first?.seen === 'string' ? first.seen : 'object-storage.login');
  const observations = judged.map(({ bucket, seen: { status, observed, expected } }) => {
    return { subject: subjectOf(bucket, noun), from, status, observed, expected };
  });
  const status = worst(observations.map((one) => one.status));
  const reported = judged.filter(({ seen }) => seen.status === status);
  const groups = [...groupBy(reported, ({ seen }) => seen.observed)];
  const observed = groups
    .map(([text, of]) => `${listed(of.map(({ bucket }) => subjectOf(bucket, noun)))}: ${text}`)
    .join('; ');
  const expected = reported[0]?.seen.expected ?? '';
  const remedy = reported[0]?.seen.remedy;
  const message = status === 'pass' ? observed : `${observed}; expected ${expected}`;
  return { status, observed, expected, message, ...(remedy === undefined ? {} : { remedy }), observations };
}

/** What the provider calls a bucket: the field that names it, such as Azure's `container`. */
export function bucketNoun(context: JudgeContext): string {
  return storeOf(context).provider.sharedBucket ?? 'bucket';
}

/** `bucket dify (api)`. */
function subjectOf({ name, usedBy }: BucketFact, noun: string): string {
  return `${noun} ${name} (${usedBy.join(', ')})`;
}
