import type { ProgramName } from '../testbed/provision/programs.ts';
import { IS_FULL, sample } from './sample.ts';

/** The programs of one row of docs/versions.md, by their names in the testbed's table. */
export interface KubernetesRow {
  readonly kubectl: ProgramName;
  readonly helm: ProgramName;
  readonly node: ProgramName;
}

/**
 * Every supported version of kubectl, helm and Node is in one of these rows, the oldest first. `npm run test:versions`
 * tests every row.
 */
export const KUBERNETES_ROWS: readonly KubernetesRow[] = [
  { kubectl: 'kubectl-1.27', helm: 'helm-3.14', node: 'node-20' },
  { kubectl: 'kubectl-1.30', helm: 'helm-4.0', node: 'node-22' },
  { kubectl: 'kubectl-1.32', helm: 'helm-4.1', node: 'node-24' },
  { kubectl: 'kubectl-1.33', helm: 'helm-4.2', node: 'node-22' },
  { kubectl: 'kubectl', helm: 'helm4', node: 'node-24' },
  { kubectl: 'kubectl-1.37', helm: 'helm3', node: 'node-22' },
];

/** The ends of the supported range. */
export const COMPOSE_ROWS = ['compose-2.24', 'compose-5'] as const;

/** True if the whole table is tested and written. */
export const EVERY_ROW = process.env.DIFYCTL_TEST_VERSIONS === 'all' || IS_FULL;

/** The rows of this run. Without the whole table only the oldest: all other tests run the newest programs. */
export const testedKubernetesRows = (): readonly KubernetesRow[] =>
  EVERY_ROW ? KUBERNETES_ROWS : KUBERNETES_ROWS.slice(0, 1);

/** The rows of this run. */
export const testedComposeRows = (): readonly (typeof COMPOSE_ROWS)[number][] =>
  EVERY_ROW ? [...COMPOSE_ROWS] : [...sample('ends of the range of Compose', COMPOSE_ROWS, 1)];
