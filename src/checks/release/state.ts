import { CLUSTER_RELEASE } from '../../evidence/cluster/release.ts';
import type { Check } from '../check.ts';
import { counted, deploymentOf, finding, pass, some } from '../judgement.ts';
import { error, onKubernetesWithFile, warning } from '../when.ts';

/** States that a killed helm leaves; `install` recovers from them under its lock. */
const PENDING = /^(pending-|uninstalling$)/;

export const releaseState: Check = {
  id: 'release.state',
  title: 'the release, where there is one, is in a state that can be upgraded',
  phases: ['preflight'],
  severity: error,
  when: onKubernetesWithFile,
  requires: [CLUSTER_RELEASE],
  remedy: 'difyctl status',
  judge: (context) => {
    const { name } = deploymentOf(context);
    const { status, revision } = context.evidence(CLUSTER_RELEASE);
    const expected = 'no release, or one that is deployed';
    if (status === undefined) return pass(`no release ${name} yet`, expected);
    const observed = `release ${name} is ${status}, revision ${revision ?? '?'}`;
    if (PENDING.test(status)) {
      return finding('warn', {
        observed,
        expected,
        remedy: 'difyctl install takes over from a run that died; if another helm works on it, wait',
      });
    }
    if (status === 'failed')
      return finding('warn', { observed, expected, remedy: 'difyctl install tries again; difyctl status says why' });
    return pass(observed, expected);
  },
};

export const releaseLeftovers: Check = {
  id: 'release.leftovers',
  title: 'nothing of an earlier installation would be taken over unawares',
  phases: ['preflight'],
  severity: warning,
  when: onKubernetesWithFile,
  requires: [CLUSTER_RELEASE],
  remedy: 'keep them to use their data, or delete them first: kubectl delete pvc NAME',
  judge: (context) => {
    const { status, claims } = context.evidence(CLUSTER_RELEASE);
    const expected = 'no claims without a release';
    if (status !== undefined || claims.length === 0) return pass('no leftovers', expected);
    const names = some(claims.map((claim) => claim.name));
    return finding('warn', {
      observed: `${counted(claims.length, 'claim')} of an earlier installation would be used again: ${names}`,
      expected,
    });
  },
};
