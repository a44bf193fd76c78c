import { randomBytes } from 'node:crypto';
import type { Deployment } from '../../deployment/schema/deployment.ts';

/** An environment variable that the deployment gives the api process over what difyctl renders. */
export function apiVariable({ components }: Deployment, name: string): string | undefined {
  const value = components.api?.extraEnv?.[name];
  return value === undefined ? undefined : String(value);
}

const MARK = 'difyctl_probe';

function prefixOf(deployment: Deployment): string {
  return apiVariable(deployment, 'VECTOR_INDEX_NAME_PREFIX') ?? 'Vector_index';
}

/**
 * A name for what a probe makes and removes again. It begins as those of Dify do, so that templates and rights by name pattern hold for it, and says
 * whose it is.
 */
export function probeName(deployment: Deployment): string {
  return `${prefixOf(deployment)}_${MARK}_${randomBytes(4).toString('hex')}`;
}

/** Whether a collection (index, table, class) is one of Dify's: stores differ in case, so case does not count. */
export function isOfDify(deployment: Deployment): (name: string) => boolean {
  const prefix = prefixOf(deployment).toLowerCase();
  return (name) => name.toLowerCase().startsWith(prefix) && !name.includes(MARK);
}

/** A number that both the process that answers and the one that indexes are given: the lower one, since either may make a collection. */
export function lowestSetting({ components }: Deployment, name: string, rendered: number): number {
  const settings = [components.api?.extraEnv?.[name], components.worker?.extraEnv?.[name]];
  const numbers = settings.map((value) => (value === undefined ? rendered : Number(value)));
  return Math.min(...numbers);
}

/** Copies that collections have, by name; what has fewer than two is listed. */
export function singleCopies(copies: ReadonlyMap<string, number>): readonly string[] {
  return [...copies]
    .filter(([, count]) => count < 2)
    .map(([name]) => name)
    .sort()
    .slice(0, 20);
}
