import type { FaultFact } from '../net/probe-error.ts';

/**
 * Why a request failed. `fault`: no answer (`stage` says how far the request came). `style`: the bucket does not accept
 * this address style. `denied`: the key is known and lacks the right. `locked`: a retention rule keeps the object.
 * `full`: no space. `missing`: no such object. `unsupported`: the storage does not know the request.
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
  /** The host that the request was sent to. */
  readonly host: string;
  /** The correct region, if the storage names it. */
  readonly region?: string;
}

export type AddressStyle = 'virtual' | 'path';
/** A setting of a bucket, or the code with which the storage refuses to show it to this key. */
export type Setting<T> = { readonly seen: T } | { readonly hidden: string };

export type Versioning = 'enabled' | 'suspended' | 'off';
/** Where a second copy is kept. `another-bucket`: replicated to another bucket, whose location is not shown. */
export type Replication = 'none' | 'another-bucket' | 'cross-zone' | 'cross-region';

/**
 * An active rule that expires or archives objects, or deletes old versions by age, and applies to objects without tags.
 */
export interface LifecycleFact {
  readonly id: string;
  /** Prefix of the keys of its objects. Empty for all objects. */
  readonly prefix: string;
  /** `archive`: moved to a class that cannot be read until it is restored. `forget`: old versions are deleted. */
  readonly action: 'expire' | 'archive' | 'forget';
  /** Days that a noncurrent version is kept. Only for `forget`. */
  readonly days?: number;
  /** `after 30 days`, `on 2027-01-01`. */
  readonly when: string;
}

export interface Settings {
  readonly versioning: Setting<Versioning>;
  readonly replication: Setting<Replication>;
  /** The algorithm or key service, or `none`. */
  readonly encryption: Setting<string>;
  readonly lifecycle: Setting<readonly LifecycleFact[]>;
  /** What the bucket's policy or access list allows everyone, in words. Empty if nothing. */
  readonly opened: Setting<readonly string[]>;
}

/** How long a bucket locks every new version of an object. `GOVERNANCE`: a right of its own ends the lock. */
export interface DefaultRetention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  readonly days: number;
}

/**
 * The object lock of a bucket. `unsupported`: the storage has no such setting. `no-default`: only objects whose writer
 * asks for it are locked.
 */
export type ObjectLock = 'unsupported' | 'off' | 'no-default' | DefaultRetention;

/** The settings of a bucket that decide how long a deleted object stays. */
export interface LockSettings {
  readonly lock: Setting<ObjectLock>;
  readonly versioning: Setting<Versioning>;
  readonly lifecycle: Setting<readonly LifecycleFact[]>;
}

/** Returns the days that old versions are kept at least, by the rules of a bucket. Undefined: forever. */
export function versionDays(lifecycle: readonly LifecycleFact[]): number | undefined {
  const days = lifecycle.flatMap(({ action, days }) => (action === 'forget' && days !== undefined ? [days] : []));
  return days.length === 0 ? undefined : Math.min(...days);
}

/** Returns the rules that apply to every object below a folder of a bucket. `folder`: empty for all objects. */
export function rulesFor(lifecycle: readonly LifecycleFact[], folder: string): readonly LifecycleFact[] {
  return lifecycle.filter(({ prefix }) => prefix === '' || (folder !== '' && `${folder}/`.startsWith(prefix)));
}

/** How long a bucket keeps the versions of its objects. `days` undefined: forever. */
export type KeptVersions =
  | { readonly is: 'hidden'; readonly code: string }
  | { readonly is: 'off'; readonly versioning: Exclude<Versioning, 'enabled'> }
  | { readonly is: 'kept'; readonly days: number | undefined };

/** Returns how long old versions are kept, by the versioning and the life cycle of a bucket. */
export function keptVersions({ versioning, lifecycle }: Pick<Settings, 'versioning' | 'lifecycle'>): KeptVersions {
  if ('hidden' in versioning) return { is: 'hidden', code: versioning.hidden };
  if ('hidden' in lifecycle) return { is: 'hidden', code: lifecycle.hidden };
  if (versioning.seen !== 'enabled') return { is: 'off', versioning: versioning.seen };
  return { is: 'kept', days: versionDays(lifecycle.seen) };
}
