import { randomBytes } from 'node:crypto';
import type { Deployment } from '../../deployment/schema/deployment.ts';

/** An environment variable of the api process from the file's `extraEnv`; undefined if it is not set there. */
export function apiVariable({ components }: Deployment, name: string): string | undefined {
  const value = components.api?.extraEnv?.[name];
  return value === undefined ? undefined : String(value);
}

const MARK = 'difyctl_probe';

function prefixOf(deployment: Deployment): string {
  return apiVariable(deployment, 'VECTOR_INDEX_NAME_PREFIX') ?? 'Vector_index';
}

/**
 * A name for an object that a probe creates and removes. It begins like Dify's names, so that templates and rights by
 * name pattern apply, and contains a mark of difyctl.
 */
export function probeName(deployment: Deployment): string {
  return `${prefixOf(deployment)}_${MARK}_${randomBytes(4).toString('hex')}`;
}

/**
 * Returns a test for names of Dify's collections (indices, tables, classes). Ignores case, because stores change it.
 */
export function isOfDify(deployment: Deployment): (name: string) => boolean {
  const prefix = prefixOf(deployment).toLowerCase();
  return (name) => name.toLowerCase().startsWith(prefix) && !name.includes(MARK);
}

/**
 * The lower value of a setting of api and worker, because either may create a collection. `rendered` is the default.
 */
export function lowestSetting({ components }: Deployment, name: string, rendered: number): number {
  const settings = [components.api?.extraEnv?.[name], components.worker?.extraEnv?.[name]];
  const numbers = settings.map((value) => (value === undefined ? rendered : Number(value)));
  return Math.min(...numbers);
}

/** Names of collections with fewer than two copies; sorted, at most 20. `copies`: number of copies by name. */
export function singleCopies(copies: ReadonlyMap<string, number>): readonly string[] {
  return [...copies]
    .filter(([, count]) => count < 2)
    .map(([name]) => name)
    .sort()
    .slice(0, 20);
}
