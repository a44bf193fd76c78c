import type { LifecycleFact, Replication, Setting, Settings, Versioning } from '../facts.ts';
import { StorageError } from '../signed-client.ts';
import { elements, textOf } from '../xml.ts';
import { openedByAcl, openedByPolicy } from './opened.ts';
import type { S3Place } from './places.ts';

/** Requests one subresource of a bucket (`versioning`) and returns the body. Throws StorageError. */
export type AskBucket = (subresource: string) => Promise<string>;

/** Returns the settings of an S3 bucket at this endpoint. */
export async function s3Settings(ask: AskBucket, { inherent, hasArchives }: S3Place): Promise<Settings> {
  const [versioning, replication, encryption, lifecycle, policy, acl, block] = await Promise.all([
    setting(ask, 'versioning', versioningOf),
    setting(ask, 'replication', replicationOf),
    setting(ask, 'encryption', (xml) => textOf(xml, 'SSEAlgorithm') || 'none'),
    setting(ask, 'lifecycle', (xml) => lifecycleOf(xml).filter(({ action }) => hasArchives || action !== 'archive')),
    setting(ask, 'policy', openedByPolicy),
    setting(ask, 'acl', openedByAcl),
    setting(ask, 'publicAccessBlock', (xml) => ({
      policy: textOf(xml, 'RestrictPublicBuckets') === 'true',
      acl: textOf(xml, 'IgnorePublicAcls') === 'true',
    })),
  ]);
  const blocked = 'seen' in block ? block.seen : { policy: false, acl: false };
  return {
    versioning,
    replication: 'seen' in replication && replication.seen !== 'none' ? replication : orInherent(replication, inherent),
    encryption,
    lifecycle,
    opened: both(blocked.policy ? { seen: [] } : policy, blocked.acl ? { seen: [] } : acl),
  };
}

/** Reads one setting. A setting that was never made is answered with 404, which is read as an empty document. */
export async function setting<T>(ask: AskBucket, name: string, read: (xml: string) => T): Promise<Setting<T>> {
  try {
    return { seen: read(await ask(name)) };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const { kind, code } = error.failure;
    return kind === 'missing' ? { seen: read('') } : { hidden: code };
  }
}

function orInherent(seen: Setting<Replication>, inherent: Replication): Setting<Replication> {
  return inherent === 'none' ? seen : { seen: inherent };
}

function both(one: Setting<readonly string[]>, other: Setting<readonly string[]>): Setting<readonly string[]> {
  if ('hidden' in one) return other;
  return 'hidden' in other ? one : { seen: [...one.seen, ...other.seen] };
}

/** Returns whether a bucket keeps old versions. */
export function versioningOf(xml: string): Versioning {
  const status = textOf(xml, 'Status');
  return status === 'Enabled' ? 'enabled' : status === 'Suspended' ? 'suspended' : 'off';
}

function replicationOf(xml: string): Replication {
  return elements(xml, 'Rule').some((rule) => textOf(rule, 'Status') === 'Enabled') ? 'another-bucket' : 'none';
}

/** Storage classes whose objects must be restored before they can be read: the names of S3, OSS, COS, OBS and TOS. */
const UNREADABLE =
  /^(GLACIER|DEEP_ARCHIVE|Archive|ColdArchive|DeepColdArchive|ARCHIVE|COLD|COLD_ARCHIVE|DEEP_COLD_ARCHIVE)$/;

/**
 * Returns the days after which old versions are deleted. A rule that keeps a number of versions always keeps enough to
 * go back.
 */
function forgotten(rule: string): readonly number[] {
  return elements(rule, 'NoncurrentVersionExpiration')
    .filter((one) => textOf(one, 'NewerNoncurrentVersions') === '')
    .map((one) => Number(textOf(one, 'NoncurrentDays')))
    .filter((days) => days > 0);
}

/**
 * Returns the active rules on objects and their old versions. Skips rules for tagged objects: Dify's objects have no
 * tags.
 */
export function lifecycleOf(xml: string): readonly LifecycleFact[] {
  return elements(xml, 'Rule').flatMap((rule): LifecycleFact[] => {
    if (textOf(rule, 'Status') !== 'Enabled' || elements(rule, 'Tag').length > 0) return [];
    const id = textOf(rule, 'ID');
    const prefix = textOf(rule, 'Prefix');
    const expires = elements(rule, 'Expiration').map(whenOf);
    const archives = elements(rule, 'Transition').filter((one) => UNREADABLE.test(textOf(one, 'StorageClass')));
    return [
      ...expires.filter((when) => when !== '').map((when) => ({ id, prefix, action: 'expire' as const, when })),
      ...archives.map((one) => ({ id, prefix, action: 'archive' as const, when: whenOf(one) })),
      ...forgotten(rule).map((days) => ({ id, prefix, action: 'forget' as const, when: `after ${days} days`, days })),
    ];
  });
}

/** Returns when a rule applies. Empty for a rule that only removes delete markers. */
function whenOf(xml: string): string {
  const days = textOf(xml, 'Days');
  if (days !== '') return `after ${days} days`;
  const date = textOf(xml, 'Date') || textOf(xml, 'CreatedBeforeDate');
  return date === '' ? '' : `on ${date.slice(0, 10)}`;
}
