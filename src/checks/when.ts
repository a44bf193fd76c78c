import type { Tier } from '../checklist/tiers.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { Check, CheckResult, Severity } from './check.ts';

type When = NonNullable<Check['when']>;

/** The skip reason of a check that needs a deployment file, if the current cluster is judged without one. */
const NEEDS_FILE = { skip: 'needs a deployment file' };

/** True if a check was skipped because there is no deployment file. */
export function lacksFile({ status, message }: Pick<CheckResult, 'status' | 'message'>): boolean {
  return status === 'skip' && message === NEEDS_FILE.skip;
}

export const withFile: When = (deployment) => deployment !== undefined || NEEDS_FILE;

/** Applies on Kubernetes. Without a file, the current cluster is judged, which is Kubernetes. */
export const onKubernetes: When = (deployment) => deployment === undefined || deployment.target.type === 'kubernetes';

export const onKubernetesWithFile: When = (deployment) =>
  deployment === undefined ? NEEDS_FILE : deployment.target.type === 'kubernetes';

export const onCompose: When = (deployment) => deployment?.target.type === 'compose';

/** Applies to the deployments for which `arises` returns true. Skipped without a file. */
export function whereFile(arises: (deployment: Deployment) => boolean): When {
  return (deployment) => (deployment === undefined ? NEEDS_FILE : arises(deployment));
}

type SeverityOf = (tier: Tier) => Severity;

export const error: SeverityOf = () => 'error';
export const warning: SeverityOf = () => 'warning';
/** For a risk that prod must not accept: `error` in prod, a note in test. */
export const errorInProd: SeverityOf = (tier) => (tier === 'prod' ? 'error' : 'info');
/** For a risk that prod must not accept: `error` in prod, `warning` in test. */
export const errorInProdElseWarning: SeverityOf = (tier) => (tier === 'prod' ? 'error' : 'warning');
/** `warning` in prod, a note in test. */
export const infoInTest: SeverityOf = (tier) => (tier === 'prod' ? 'warning' : 'info');
