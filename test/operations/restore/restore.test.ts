import { describe, expect, it } from 'vitest';
import { refuseUnfinishedRestore } from '../../../src/operations/plan-install.ts';
import { leftOut } from '../../../src/operations/restore/left-out.ts';
import { isContinued } from '../../../src/operations/restore/plan.ts';
import { withStep } from '../../../src/operations/restore/record.ts';
import { stopCommand } from '../../../src/operations/restore/writers.ts';
import { type Revision, readRevision } from '../../../src/state/revisions/revision.ts';
import { copiedPart, manifestOf } from '../../support/backup-manifest.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';

const REVISION: Revision = {
  ...{ apiVersion: 'difyctl/v1', kind: 'Revision', version: 1, deployment: 'dify', number: 3, difyctl: '0.1.0' },
  ...{ startedAt: '2026-11-30T06:15:00.000Z', by: 'me@here', operation: 'restore', phase: 'apply', outcome: 'open' },
  ...{ file: {}, files: [], planDigest: '', secretKeys: {}, manifests: [], tools: {}, only: [], skip: [] },
  ...{ from: 'local', deep: false, restore: { set: 'dify-1', parts: [], steps: [] } },
};

describe('the revision of a restore', () => {
  it('is read with its steps', () => {
    const revision = withStep(REVISION, 'postgres-main', { status: 'started', renamedTo: 'dify_before_1' });
    expect(readRevision(JSON.stringify(revision), 3)).toEqual(revision);
  });

  it('keeps the new name of existing data when the step is done', () => {
    const started = withStep(REVISION, 'objects', { status: 'started', renamedTo: '/srv/storage.before-1' });
    expect(withStep(started, 'objects', { status: 'done', seconds: 2 }).restore?.steps).toEqual([
      { step: 'objects', status: 'done', renamedTo: '/srv/storage.before-1', seconds: 2 },
    ]);
  });

  const whole = { parts: [], at: undefined, knowledgeBase: undefined };

  it.each<[string, Partial<Revision>, string, object, boolean]>([
    ['of the same set that failed', { outcome: 'failed' }, 'dify-1', {}, true],
    ['of the same set that was killed', { outcome: 'open' }, 'dify-1', {}, true],
    ['of another set', { outcome: 'failed' }, 'dify-2', {}, false],
    ['of other parts', { outcome: 'failed' }, 'dify-1', { parts: ['objects'] }, false],
    ['of another knowledge base', { outcome: 'failed' }, 'dify-1', { knowledgeBase: 'a' }, false],
    ['that ended', { outcome: 'restored' }, 'dify-1', {}, false],
    ['that is an install', { operation: 'install', outcome: 'failed' }, 'dify-1', {}, false],
  ])('%s: continued or not', (_, facts, set, other, expected) => {
    expect(isContinued({ ...REVISION, ...facts }, set, { ...whole, ...other })).toBe(expected);
  });

  it.each(['open', 'failed', 'interrupted'] as const)('stops an install if its outcome is %s', (outcome) => {
    expect(() => refuseUnfinishedRestore({ ...REVISION, outcome })).toThrow(
      'the restore of dify-1 did not end (revision 3), so nothing was changed',
    );
  });

  it('lets an install continue once it ended', () => {
    expect(() => refuseUnfinishedRestore({ ...REVISION, outcome: 'restored' })).not.toThrow();
  });
});

describe('workloads that write', () => {
  it.each([
    ['test-compose-bundled', 'docker compose -p dify stop api worker'],
    ['prod-kubernetes-s3-qdrant', 'kubectl -n dify scale --replicas=0 deployment/api deployment/worker'],
  ] as const)('of %s are stopped by one command', (sample, command) => {
    expect(stopCommand(parsedDeployment(SAMPLE_FILES[sample]), ['api', 'worker'])).toBe(command);
  });
});

describe('what is not restored', () => {
  const STEPS = [{ step: 'vectors' }] as const;

  it('includes the keys of the tenants without an age key', () => {
    const manifest = manifestOf({ keys: { secretKey: 'scrypt:00', tenants: { t1: 'a'.repeat(64) } } });
    expect(leftOut(manifest, false, [], STEPS)).toEqual([
      'secrets: without --identity, the private keys of 1 tenant stay in the set, and stored credentials cannot be used',
    ]);
    expect(leftOut(manifest, true, ['secrets'], [])).toEqual([]);
  });

  it('includes vectors that Dify embeds again, and not those that were copied', () => {
    const rebuild = { ...copiedPart('vectors'), mechanism: 'rebuild' as const, details: { segments: 3 } };
    const parts = manifestOf().parts.map((part) => (part.part === 'vectors' ? rebuild : part));
    expect(leftOut(manifestOf(), true, [], STEPS)).toEqual([]);
    expect(leftOut(manifestOf(), true, [], [])).toEqual([
      'vectors: the bundled store starts with Dify: difyctl restore dify-1 --part vectors',
    ]);
    expect(leftOut(manifestOf({ parts }), true, [], [])).toEqual([
      'vectors: Dify embeds the documents again: 3 segments, at most 3 embedding calls, about 0.1 h on a CPU (0.08 s each, measured with nomic-embed-text on OpenShift)',
    ]);
  });
});
