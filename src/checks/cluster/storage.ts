import { sharesVolumes } from '../../checklist/storage.ts';
import { STORAGE_CLASSES, type StorageClassFact } from '../../evidence/cluster/classes.ts';
import { CLUSTER_RELEASE, type ClaimFact } from '../../evidence/cluster/release.ts';
import { type ClaimTrial, SHARED_CLAIMS } from '../../evidence/cluster/shared-claims.ts';
import { type PlannedClaim, RENDERED_OBJECTS, type RenderedSet } from '../../evidence/rendered/set.ts';
import type { Check, Judgement, Observation, Status } from '../check.ts';
import { worst } from '../judge.ts';
import { finding, listed, pass } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { error, onKubernetesWithFile } from '../when.ts';
import { isMeant } from './capacity/rules.ts';
import { classOf } from './storage-class.ts';

/** A volume that several pods mount must be mountable on several nodes. */
export const readWriteMany: Check = {
  id: 'cluster.storage.read-write-many',
  title: 'volumes of several pods can be mounted on several nodes',
  phases: ['preflight'],
  severity: error,
  when: onKubernetesWithFile,
  requires: [RENDERED_OBJECTS, STORAGE_CLASSES],
  optional: [CLUSTER_RELEASE, SHARED_CLAIMS],
  remedy:
    'set target.storageClass to a class that supports ReadWriteMany (objectStorage.local.accessMode: ReadWriteMany), or use object storage',
  judge: (context) => {
    const planned = context.evidence(RENDERED_OBJECTS);
    const classes = context.evidence(STORAGE_CLASSES);
    const living = context.optionalEvidence(CLUSTER_RELEASE)?.data?.claims ?? [];
    const tried = context.optionalEvidence(SHARED_CLAIMS);
    const trials = tried?.data ?? [];
    const observations = planned.claims
      .map((claim) => judgeClaim(claim, mountersOf(claim, planned), { classes, living, trials }))
      .filter((observation) => observation !== undefined);
    if (observations.length === 0) return pass('no volume is shared between pods');
    const status = worst(observations.map((observation) => observation.status));
    const faults = observations.filter(({ status }) => status === 'warn' || status === 'fail');
    const expected = 'a class that supports ReadWriteMany';
    if (status !== 'fail' && tried?.missing !== undefined) return notTried(tried.missing, expected);
    if (status === 'skip') return notReached('cluster.storage.class');
    if (status === 'pass') return { ...pass(listed(observations.map(words)), expected), observations };
    return {
      ...finding(status === 'warn' ? 'warn' : 'fail', { observed: listed(faults.map(words)), expected }),
      observations,
    };
  },
};

function words({ subject, observed }: Observation): string {
  return `${subject}: ${observed}`;
}

/** The pods that mount a claim. */
interface Mounters {
  readonly pods: number;
  /** True if required affinities keep all of them on one node. */
  readonly onOneNode: boolean;
}

function mountersOf({ name }: PlannedClaim, planned: RenderedSet): Mounters {
  const workloads = planned.workloads.filter((workload) => workload.claims.includes(name) && workload.replicas > 0);
  return {
    pods: workloads.reduce((sum, workload) => sum + workload.replicas, 0),
    onOneNode: workloads.every(({ pod }) =>
      pod.together.some(
        (term) =>
          term.topologyKey === 'kubernetes.io/hostname' && workloads.every((other) => isMeant(term, other.pod.labels)),
      ),
    ),
  };
}

interface StorageEvidence {
  readonly classes: readonly StorageClassFact[];
  readonly living: readonly ClaimFact[];
  readonly trials: readonly ClaimTrial[];
}

function judgeClaim(
  claim: PlannedClaim,
  { pods, onOneNode }: Mounters,
  { classes, living, trials }: StorageEvidence,
): Observation | undefined {
  const isShared = claim.accessModes.includes('ReadWriteMany');
  if (!isShared && pods < 2) return undefined;
  const said = (status: Status, observed: string): Observation => ({
    subject: `claim ${claim.name}`,
    from: 'local',
    status,
    observed,
    expected: 'ReadWriteMany',
  });
  const existing = living.find((candidate) => candidate.name === claim.name && candidate.phase === 'Bound');
  if (existing !== undefined && !isShared && !existing.accessModes.some((mode) => claim.accessModes.includes(mode))) {
    return said('fail', `already bound as ${listed(existing.accessModes)}, which Kubernetes cannot change`);
  }
  if (existing?.accessModes.includes('ReadWriteMany') === true) return said('pass', 'already bound as ReadWriteMany');
  if (!isShared && onOneNode) return said('pass', `${claim.accessModes.join(', ')}, used by ${pods} pods on one node`);
  if (!isShared) return said('fail', `${claim.accessModes.join(', ') || 'no access mode'}, used by ${pods} pods`);
  const tried = trials.find(({ storageClass }) => storageClass === claim.storageClass);
  if (tried !== undefined) return said(tried.bound ? 'pass' : 'fail', trialWords(tried));
  return judgeClass(claim, classes, said);
}

/** `unknown`: `--deep` could not try a claim. */
function notTried(missing: string, expected: string): Judgement {
  const message = `no claim could be created: ${missing}`;
  return {
    status: 'unknown',
    observed: 'not tried',
    expected,
    message,
    remedy: 'fix the cause, or run without --deep',
  };
}

/** The result of a trial by `--deep`. It has precedence over what is known about the class. */
function trialWords({ className, bound, seconds, why }: ClaimTrial): string {
  const what = `a ReadWriteMany claim of class ${className}`;
  return bound ? `${what} was bound in ${seconds} s, then deleted` : `${what} was not bound in ${seconds} s: ${why}`;
}

function judgeClass(
  claim: PlannedClaim,
  classes: readonly StorageClassFact[],
  said: (status: Status, observed: string) => Observation,
): Observation {
  const found = classOf(claim, classes);
  if (claim.storageClass === '') return said('warn', 'no class: a volume must be created by hand');
  if (found === undefined) return said('skip', 'no class provisions it: see cluster.storage.class');
  const by = `class ${found.name} (${found.provisioner})`;
  switch (sharesVolumes(found.provisioner)) {
    case 'yes':
      return said('pass', by);
    case 'no':
      return said('fail', `${by} supports only ReadWriteOnce`);
    case 'unknown':
      return said('warn', `${by}: unknown whether it supports ReadWriteMany`);
  }
}
