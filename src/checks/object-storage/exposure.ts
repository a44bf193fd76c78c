import { durationSeconds } from '../../base/duration.ts';
import { DIFY_KEY_PREFIXES } from '../../checklist/object-storage.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { ObjectFacts } from '../../evidence/object-storage/facts.ts';
import type { LifecycleFact } from '../../storage/facts.ts';
import type { Check } from '../check.ts';
import { deploymentOf, listed, some } from '../judgement.ts';
import { errorInProdElseWarning } from '../when.ts';
import { type BucketContext, commandsOf, FRAME, perObjects } from './per-bucket.ts';

export const storagePublicAccess: Check = {
  ...FRAME,
  id: 'object-storage.public-access',
  title: 'the buckets cannot be read or written without a key',
  severity: errorInProdElseWarning,
  remedy: 'disable public access to the bucket: Dify serves files itself',
  judge: (context) =>
    perObjects(context, 'object-storage.public-access', (objects, { name }) => {
      const seen = exposure(objects);
      const remedy = commandsOf(context).closeToPublic(name);
      return seen.status === 'pass' ? seen : { ...seen, remedy };
    }),
};

function exposure({ anonymous, settings: { opened } }: ObjectFacts): BucketContext {
  const expected = 'no access without a key';
  const may = [
    ...(anonymous.read ? ['read its objects'] : []),
    ...(anonymous.write === true ? ['overwrite its objects'] : []),
    ...(anonymous.list ? ['list them'] : []),
  ];
  if (may.length > 0) return { status: 'fail', observed: `anyone can ${listed(may)} without a key`, expected };
  const rules = 'seen' in opened ? opened.seen : [];
  if (rules.length === 0) return { status: 'pass', observed: 'no access without a key', expected };
  // The rules open other objects than the probe object, or a block of the account overrides them.
  return { status: 'warn', observed: `its rules make parts of it public: ${some(rules, 2)}`, expected };
}

export const storageLifecycle: Check = {
  ...FRAME,
  id: 'object-storage.lifecycle',
  title: "no rule of the buckets expires or archives Dify's objects",
  severity: errorInProdElseWarning,
  remedy: 'delete the rule, or limit it to a prefix that Dify does not use',
  judge: (context) =>
    perObjects(context, 'object-storage.lifecycle', ({ settings: { lifecycle } }, { name }) => {
      const expected = "no rule that expires or archives Dify's objects";
      if ('hidden' in lifecycle) return { status: 'pass', observed: `not shown (${lifecycle.hidden})`, expected };
      const remedy = commandsOf(context).showLifecycle(name);
      const rules = lifecycle.seen.filter(coversDify);
      const meeting = rules.filter(({ action }) => action !== 'forget');
      if (meeting.length === 0) return judgeVersionRules(rules, deploymentOf(context).recovery, remedy);
      return { status: 'fail', observed: some(meeting.map(ruleText), 2), expected, remedy };
    }),
};

/**
 * Days. A mistake may not be noticed in a shorter time. `recovery.postgres.retention` replaces this: old versions are
 * kept as long as backups of the database.
 */
const LEAST_DAYS = 2;

/**
 * Judges rules for old versions. They matter only if the plan needs versioning: files and database are restored to one
 * moment.
 */
function judgeVersionRules(
  rules: readonly LifecycleFact[],
  plan: Deployment['recovery'],
  remedy: string,
): BucketContext {
  const retention = plan?.postgres?.retention;
  const least = retention === undefined ? LEAST_DAYS : durationSeconds(retention) / durationSeconds('1d');
  const early = plan?.objectStorage?.versioning === true ? rules.filter(({ days = least }) => days < least) : [];
  const expected =
    retention === undefined
      ? `old versions kept for ${LEAST_DAYS} days or more`
      : `old versions kept for ${retention}, like the backups of the database (recovery.postgres.retention)`;
  return early.length === 0
    ? { status: 'pass', observed: "no rule applies to Dify's objects", expected }
    : { status: 'warn', observed: some(early.map(ruleText), 2), expected, remedy };
}

/** True if the rule covers objects of Dify: all of a prefix that Dify uses, or a part of it. */
function coversDify({ prefix }: LifecycleFact): boolean {
  return DIFY_KEY_PREFIXES.some((known) => known.startsWith(prefix) || prefix.startsWith(known));
}

function ruleText({ id, prefix, action, when }: LifecycleFact): string {
  const of = prefix === '' ? 'every object' : `objects under ${prefix}`;
  const does = {
    expire: `deletes ${of}`,
    archive: `moves ${of} to an archive that cannot be read`,
    forget: `deletes old versions of ${of}`,
  }[action];
  return `rule ${id === '' ? 'without a name' : id} ${does} ${when}`;
}
