import { type EvidenceKey, evidenceKey } from '../evidence.ts';
import type { FaultFact } from '../probe/fault.ts';
import type { CertificateFact } from '../probe/tls.ts';

/**
 * Why a request came to nothing. `fault`: no answer at all (`stage` says how far it came); `style`: the bucket is not to be addressed this way; `denied`:
 * the key is known and may not; `locked`: kept by a retention rule; `full`: no room; `missing`: no such object; `unsupported`: the storage does not know the question.
 */
export type FailureKind =
  | 'fault'
  | 'login'
  | 'clock'
  | 'bucket'
  | 'region'
  | 'style'
  | 'denied'
  | 'locked'
  | 'full'
  | 'missing'
  | 'unsupported'
  | 'other';

export interface Failure extends FaultFact {
  readonly kind: FailureKind;
  /** Whom the request went to. */
  readonly host: string;
  /** The region that the storage names as the right one. */
  readonly region?: string;
}

export type AddressStyle = 'virtual' | 'path';
export type Step = 'ok' | Failure;

/** A setting of a bucket, or the code with which the storage hides it from this key. */
export type Setting<T> = { readonly seen: T } | { readonly hidden: string };

export type Versioning = 'enabled' | 'suspended' | 'off';
/** Where a second copy is kept. `another-bucket`: replicated to one, whose place is not shown. */
export type Replication = 'none' | 'another-bucket' | 'cross-zone' | 'cross-region';

/** An active rule that expires or archives objects, or forgets old versions of them by their age, whatever their tags. */
export interface LifecycleFact {
  readonly id: string;
  /** Objects whose keys begin so; empty for all. */
  readonly prefix: string;
  /** `archive`: moved to a class that cannot be read until it is restored; `forget`: old versions are deleted. */
  readonly action: 'expire' | 'archive' | 'forget';
  /** For which a version is kept once it is an old one; of `forget` alone. */
  readonly days?: number;
  /** `after 30 days`, `on 2027-01-01`. */
  readonly when: string;
}

export interface Settings {
  readonly versioning: Setting<Versioning>;
  readonly replication: Setting<Replication>;
  /** The algorithm or key service; `none`. */
  readonly encryption: Setting<string>;
  readonly lifecycle: Setting<readonly LifecycleFact[]>;
  /** What its policy or access list opens to everybody, in words; empty where nothing. */
  readonly opened: Setting<readonly string[]>;
}

/** What happened to the probe object, and what the bucket says of itself. */
export interface ObjectFacts {
  readonly put: Step;
  /** Undefined where nothing could be learnt without an object of one's own. */
  readonly get: Step | undefined;
  readonly list: Step;
  readonly remove: Step;
  /** Whether other bytes came back than were put. */
  readonly altered: boolean;
  /** Whether the probe object got a version of its own, as only a versioned bucket gives; absent where nothing was learnt. */
  readonly versioned?: boolean;
  /** What somebody without any key may do; `write` absent where that was not tried. */
  readonly anonymous: { readonly read: boolean; readonly list: boolean; readonly write?: boolean };
  /** Bytes of the largest upload, where the way to the storage refuses an object of that size. */
  readonly tooLarge?: number;
  /** The probe object's key where the storage keeps it, or an old version of it. */
  readonly kept?: string;
  readonly settings: Settings;
}

export interface BucketFact {
  readonly name: string;
  readonly usedBy: readonly ('api' | 'plugin daemon')[];
  /** Where it is: `https://dify.s3.eu-central-1.amazonaws.com`. */
  readonly address: string;
  readonly style?: AddressStyle;
  readonly certificate?: CertificateFact;
  /** How far the storage's clock is ahead of this machine's. */
  readonly skewMs?: number;
  /** What kept the probe from handling objects. */
  readonly stopped?: Failure;
  /** Whether the other address style would have worked, where this one did not. */
  readonly otherStyle?: { readonly style: AddressStyle; readonly works: boolean };
  /** Absent where the probe was stopped. */
  readonly objects?: ObjectFacts;
  /** What the vendor's own command line says, where the plan leans on versions and neither the bucket nor the probe object showed any. */
  readonly versioningByVendor?: Versioning;
}

export interface ObjectStorageEvidence {
  /** The host that the deployment names, or that stands for its vendor. */
  readonly host: string;
  readonly isSecure: boolean;
  /** `workload`: none, since only a pod has them; `unresolved`: their references do not resolve. */
  readonly keys: 'given' | 'workload' | 'unresolved';
  /** Each bucket once, also where both processes use it. Without keys nothing but the certificate is seen of them. */
  readonly buckets: readonly BucketFact[];
}

export const OBJECT_STORAGE: EvidenceKey<ObjectStorageEvidence> = evidenceKey('object-storage', 1);
