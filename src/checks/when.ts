import type { Tier } from '../checklist/tiers.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { Check, CheckResult, Severity } from './check.ts';

type When = NonNullable<Check['when']>;

/** What only a deployment file can answer is skipped where the current cluster is judged without one. */
const NEEDS_FILE = { skip: 'needs a deployment file' };

/** Whether a check was skipped for want of a file. */
export function lacksFile({ status, message }: Pick<CheckResult, 'status' | 'message'>): boolean {
  return status === 'skip' && message === NEEDS_FILE.skip;
}

export const withFile: When = (deployment) => deployment !== undefined || NEEDS_FILE;

/** Judging the current cluster without a file is judging Kubernetes. */
export const onKubernetes: When = (deployment) => deployment === undefined || deployment.target.type === 'kubernetes';

export const onKubernetesWithFile: When = (deployment) =>
  deployment === undefined ? NEEDS_FILE : deployment.target.type === 'kubernetes';

export const onCompose: When = (deployment) => deployment?.target.type === 'compose';

/** The question arises for some deployments only; without a file nobody knows. */
export function whereFile(arises: (deployment: Deployment) => boolean): When {
  return (deployment) => (deployment === undefined ? NEEDS_FILE : arises(deployment));
}

type SeverityOf = (tier: Tier) => Severity;

export const error: SeverityOf = () => 'error';
export const warning: SeverityOf = () => 'warning';
/** A risk that prod may not take and that is said in test. */
export const errorInProd: SeverityOf = (tier) => (tier === 'prod' ? 'error' : 'info');
/** A risk that prod may not take and that is worth a warning in test. */
export const errorInProdElseWarning: SeverityOf = (tier) => (tier === 'prod' ? 'error' : 'warning');
/** Worth a warning in prod, and a note in test. */
export const infoInTest: SeverityOf = (tier) => (tier === 'prod' ? 'warning' : 'info');
