import type { FaultFact } from '../net/probe-error.ts';

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
