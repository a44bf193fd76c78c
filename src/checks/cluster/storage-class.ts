import { STORAGE_CLASSES, type StorageClassFact } from '../../evidence/cluster/classes.ts';
import { CLUSTER_RELEASE } from '../../evidence/cluster/release.ts';
import { type PlannedClaim, RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check, JudgeContext, Judgement } from '../check.ts';
import { counted, finding, listed, pass } from '../judgement.ts';
import { errorInProdElseWarning, onKubernetes } from '../when.ts';

/** The class that a claim would get: the one it names, or the default. Undefined if there is none. */
export function classOf(
  { storageClass }: Pick<PlannedClaim, 'storageClass'>,
  classes: readonly StorageClassFact[],
): StorageClassFact | undefined {
  return classes.find(({ name, isDefault }) => (storageClass === undefined ? isDefault : name === storageClass));
}

export const storageClass: Check = {
  id: 'cluster.storage.class',
  title: 'every volume has a storage class that can provision it',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: onKubernetes,
  requires: [STORAGE_CLASSES],
  optional: [RENDERED_OBJECTS, CLUSTER_RELEASE],
  remedy: 'set target.storageClass to a class of the cluster',
  judge: (context) => {
    const classes = context.evidence(STORAGE_CLASSES);
    const defaults = classes.filter(({ isDefault }) => isDefault).map(({ name }) => name);
    if (context.deployment === undefined) return judgeDefault(defaults);
    const claims = newClaims(context);
    const names = listed(classes.map(({ name }) => name)) || 'none';
    const lost = claims.filter((claim) => claim.storageClass !== '' && classOf(claim, classes) === undefined);
    if (lost.length > 0) {
      const why = lost.map(({ name, storageClass: named }) =>
        named === undefined
          ? `${name} names no class, and the cluster has no default`
          : `class ${named} of ${name} does not exist`,
      );
      return finding('fail', {
        observed: `${listed(why)}; the cluster has: ${names}`,
        expected: 'a storage class for every claim',
      });
    }
    const byDefault = claims.filter((claim) => claim.storageClass === undefined);
    if (byDefault.length > 0 && defaults.length > 1) return severalDefaults(defaults);
    return pass(
      claims.length === 0 ? 'no new volume is claimed' : `${counted(claims.length, 'claim')}, each with a class`,
    );
  },
};

/** Rendered claims that do not exist yet; `count` is how many of each are missing. */
export function newClaims(context: JudgeContext): readonly PlannedClaim[] {
  const living = (context.optionalEvidence(CLUSTER_RELEASE)?.data?.claims ?? []).map(({ name }) => name);
  const planned = context.optionalEvidence(RENDERED_OBJECTS)?.data?.claims ?? [];
  return planned.flatMap((claim) => {
    // Claims of a StatefulSet end in the number of their pod.
    const existing = living.filter((name) => name.replace(/-\d+$/, '') === claim.name || name === claim.name);
    return existing.length >= claim.count ? [] : [{ ...claim, count: claim.count - existing.length }];
  });
}

function judgeDefault(defaults: readonly string[]): Judgement {
  const expected = 'one default storage class';
  if (defaults.length > 1) return severalDefaults(defaults);
  if (defaults.length === 1) return pass(`default storage class ${defaults[0]}`, expected);
  return finding('warn', {
    observed: 'no default storage class',
    expected,
    remedy:
      'kubectl patch storageclass NAME -p \'{"metadata":{"annotations":{"storageclass.kubernetes.io/is-default-class":"true"}}}\'',
  });
}

function severalDefaults(defaults: readonly string[]): Judgement {
  return finding('warn', {
    observed: `${listed(defaults)} are all default: Kubernetes 1.26 and newer use the newest, older versions refuse claims`,
    expected: 'one default storage class',
    remedy: 'set target.storageClass to one of them',
  });
}
