import { describe, expect, it } from 'vitest';
import { judgeCheck } from '../../../src/checks/judge.ts';
import { STORAGE_CLASSES } from '../../../src/evidence/cluster/classes.ts';
import { type ClaimTrial, SHARED_CLAIMS } from '../../../src/evidence/cluster/shared-claims.ts';
import type { Evidence, EvidenceKey } from '../../../src/evidence/evidence.ts';
import { RENDERED_OBJECTS } from '../../../src/evidence/rendered/set.ts';
import { checkOf } from '../../support/check-runs.ts';
import { claim, rendered, shape, workload } from '../../support/cluster-facts.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';

const collectedAt = '2026-11-22T12:00:00Z';
function ok<T>({ name, version }: EvidenceKey<T>, data: T): Evidence<T> {
  return { key: name, version, collectedAt, from: 'local', outcome: 'ok', data, durationMs: 1 };
}

function judgedWith(provisioner: string, trial: Evidence<readonly ClaimTrial[]>) {
  const shared = claim('dify', { accessModes: ['ReadWriteMany'] });
  const planned = rendered({
    claims: [shared],
    workloads: [workload('dify-api', 3, shape(1, 1), { claims: ['dify'] })],
  });
  const seen = [
    ok(RENDERED_OBJECTS, planned),
    ok(STORAGE_CLASSES, [{ name: 'standard', provisioner, isDefault: true }]),
    trial,
  ];
  const evidence = new Map(seen.map((one) => [one.key, one]));
  const deployment = parsedDeployment(SAMPLE_FILES['prod-kubernetes-s3-qdrant']);
  const check = checkOf('cluster.storage.read-write-many');
  return judgeCheck(check, { tier: 'prod', deployment, now: new Date(collectedAt), evidence });
}

const trial = (bound: boolean): readonly ClaimTrial[] => [
  { storageClass: undefined, className: 'standard', bound, seconds: 3, why: bound ? '' : 'no such mode' },
];

describe('the result of a test claim outranks the facts of its class', () => {
  it.each([
    ['not asked for, and the class is known', 'efs.csi.aws.com', [], 'pass', 'efs.csi.aws.com'],
    ['not asked for, and the class is unknown', 'example.com/x', [], 'warn', 'unknown whether'],
    ['bound, by an unknown provisioner', 'example.com/x', trial(true), 'pass', 'was bound in 3 s'],
    ['bound, by one that is said to be unable', 'ebs.csi.aws.com', trial(true), 'pass', 'was bound in 3 s'],
    ['not bound, by one that is said to be able', 'efs.csi.aws.com', trial(false), 'fail', 'no such mode'],
  ])('%s', (_, provisioner, trials, status, words) => {
    const result = judgedWith(provisioner, ok(SHARED_CLAIMS, trials));
    expect(result.status).toBe(status);
    expect(result.message).toContain(words);
  });

  it.each([
    ['efs.csi.aws.com', 'unknown'],
    ['ebs.csi.aws.com', 'fail'],
  ])('a class that could not be tested: %s is %s', (provisioner, status) => {
    const missing = 'create persistentvolumeclaims in namespace dify';
    const { data: _, ...rest } = ok(SHARED_CLAIMS, trial(true));
    expect(judgedWith(provisioner, { ...rest, outcome: 'denied', missing }).status).toBe(status);
  });
});
