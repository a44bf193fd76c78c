import { at, listAt, textAt } from '../../base/json-path.ts';
import { counted } from '../../base/words.ts';
import type { LifecycleFact, Replication, Setting, Settings } from '../facts.ts';
import { StorageError } from '../signed-client.ts';

/** Requests for a bucket's settings. Each throws StorageError if the key lacks the right. */
export interface BucketAnswers {
  readonly bucket: () => Promise<unknown>;
  readonly policy: () => Promise<unknown>;
}

/** Returns the settings of a bucket of Google. A role for objects only may not read them. */
export async function gcsSettings({ bucket, policy }: BucketAnswers): Promise<Settings> {
  const [meta, iam] = await Promise.all([setting(bucket), setting(policy)]);
  const isClosed = 'seen' in meta && textAt(meta.seen, 'iamConfiguration', 'publicAccessPrevention') === 'enforced';
  return {
    versioning: mapped(meta, (seen) => (at(seen, 'versioning', 'enabled') === true ? 'enabled' : 'off')),
    replication: replicationOf(meta),
    // Google always encrypts; a bucket may name a customer's own key.
    encryption: mapped(meta, (seen) =>
      textAt(seen, 'encryption', 'defaultKmsKeyName') === '' ? "Google's own key" : 'a key of Cloud KMS',
    ),
    lifecycle: mapped(meta, (seen) => listAt(seen, 'lifecycle', 'rule').flatMap(ruleOf)),
    opened: isClosed ? { seen: [] } : mapped(iam, openedBy),
  };
}

async function setting(ask: () => Promise<unknown>): Promise<Setting<unknown>> {
  try {
    return { seen: await ask() };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return { hidden: error.failure.code };
  }
}

function mapped<T>(of: Setting<unknown>, read: (seen: unknown) => T): Setting<T> {
  return 'seen' in of ? { seen: read(of.seen) } : of;
}

/** A regional bucket is kept in several zones of its region (Google, "Bucket locations"). */
function replicationOf(meta: Setting<unknown>): Setting<Replication> {
  if ('hidden' in meta) return meta;
  const type = textAt(meta.seen, 'locationType');
  if (type === 'multi-region' || type === 'dual-region') return { seen: 'cross-region' };
  return type === 'region' ? { seen: 'cross-zone' } : { hidden: 'locationType' };
}

/**
 * Returns a rule that deletes objects, or their old versions by age. Objects of Google's archive classes can be read at
 * once, so such rules do not count.
 */
function ruleOf(rule: unknown): readonly LifecycleFact[] {
  if (textAt(rule, 'action', 'type') !== 'Delete') return [];
  const condition = at(rule, 'condition');
  const isOfOld = ['numNewerVersions', 'daysSinceNoncurrentTime', 'noncurrentTimeBefore'].some(
    (name) => at(condition, name) !== undefined,
  );
  const days = at(condition, 'daysSinceNoncurrentTime');
  // A rule that keeps a number of versions always keeps enough to go back.
  const isForgetting = typeof days === 'number' && at(condition, 'numNewerVersions') === undefined;
  if ((isOfOld || at(condition, 'isLive') === false) && !isForgetting) return [];
  const age = isForgetting ? days : at(condition, 'age');
  const when = typeof age === 'number' ? `after ${counted(age, 'day')}` : 'by its condition';
  const what = isForgetting ? { action: 'forget' as const, when, days } : { action: 'expire' as const, when };
  const prefixes = listAt(condition, 'matchesPrefix').filter((one) => typeof one === 'string');
  return (prefixes.length === 0 ? [''] : prefixes).map((prefix) => ({
    id: '',
    prefix,
    ...what,
  }));
}

function openedBy(policy: unknown): readonly string[] {
  return listAt(policy, 'bindings').flatMap((binding) => {
    const publicMembers = listAt(binding, 'members').filter(
      (one) => one === 'allUsers' || one === 'allAuthenticatedUsers',
    );
    return publicMembers.map((member) => `${textAt(binding, 'role')} for ${String(member)}`);
  });
}
