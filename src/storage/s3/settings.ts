import type { LifecycleFact, Replication, Setting, Settings, Versioning } from '../facts.ts';
import { StorageError } from '../signed-client.ts';
import { elements, textOf } from '../xml.ts';
import { openedByAcl, openedByPolicy } from './opened.ts';
import type { S3Place } from './places.ts';

/** Asks a bucket for one of its subresources (`versioning`) and gives the body; throws StorageFailure. */
export type AskBucket = (subresource: string) => Promise<string>;

/** What an S3 bucket says of itself at this place. */
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

/** A setting that was never made is answered by 404, which reads as an empty document. */
async function setting<T>(ask: AskBucket, name: string, read: (xml: string) => T): Promise<Setting<T>> {
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

function versioningOf(xml: string): Versioning {
  const status = textOf(xml, 'Status');
  return status === 'Enabled' ? 'enabled' : status === 'Suspended' ? 'suspended' : 'off';
}

function replicationOf(xml: string): Replication {
  return elements(xml, 'Rule').some((rule) => textOf(rule, 'Status') === 'Enabled') ? 'another-bucket' : 'none';
}

/** Classes whose objects have to be restored before they can be read, by the names that S3, OSS, COS, OBS and TOS have for them. */
const UNREADABLE =
  /^(GLACIER|DEEP_ARCHIVE|Archive|ColdArchive|DeepColdArchive|ARCHIVE|COLD|COLD_ARCHIVE|DEEP_COLD_ARCHIVE)$/;

/** Days after which old versions go; one that keeps a number of them always keeps enough to go back. */
function forgotten(rule: string): readonly number[] {
  return elements(rule, 'NoncurrentVersionExpiration')
    .filter((one) => textOf(one, 'NewerNoncurrentVersions') === '')
    .map((one) => Number(textOf(one, 'NoncurrentDays')))
    .filter((days) => days > 0);
}

/** Active rules on objects and their old versions. One for objects with a tag meets none of Dify's, which have none. */
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

/** Empty for a rule that only clears away the marks of deleted objects. */
function whenOf(xml: string): string {
  const days = textOf(xml, 'Days');
  if (days !== '') return `after ${days} days`;
  const date = textOf(xml, 'Date') || textOf(xml, 'CreatedBeforeDate');
  return date === '' ? '' : `on ${date.slice(0, 10)}`;
}
