import { CLUSTER_RELEASE } from '../../evidence/cluster/release.ts';
import type { Check } from '../check.ts';
import { counted, deploymentOf, finding, pass, some } from '../judgement.ts';
import { error, onKubernetesWithFile, warning } from '../when.ts';

/** States that a killed helm leaves; `install` recovers from them under its lock. */
const PENDING = /^(pending-|uninstalling$)/;

export const releaseState: Check = {
  id: 'release.state',
  title: 'the release does not exist, or is in a state that can be upgraded',
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
        remedy: 'difyctl install recovers the release of a run that crashed; if another helm process is running, wait',
      });
    }
    if (status === 'failed')
      return finding('warn', {
        observed,
        expected,
        remedy: 'difyctl install retries; difyctl status shows the reason',
      });
    return pass(observed, expected);
  },
};

export const releaseLeftovers: Check = {
  id: 'release.leftovers',
  title: 'no data of an earlier installation would be reused by accident',
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
      observed: `${counted(claims.length, 'claim')} of an earlier installation would be reused: ${names}`,
      expected,
    });
  },
};
