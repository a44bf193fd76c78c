import type { Deployment } from '../../deployment/schema/deployment.ts';

/** An environment variable that the deployment gives the api process over what difyctl renders. */
export function apiVariable({ components }: Deployment, name: string): string | undefined {
  const value = components.api?.extraEnv?.[name];
  return value === undefined ? undefined : String(value);
}

/** Whether a collection (index, table, class) is one of Dify's: stores differ in case, so case does not count. */
export function isOfDify(deployment: Deployment): (name: string) => boolean {
  const prefix = (apiVariable(deployment, 'VECTOR_INDEX_NAME_PREFIX') ?? 'Vector_index').toLowerCase();
  return (name) => name.toLowerCase().startsWith(prefix);
}

/** Copies that collections have, by name; what has fewer than two is listed. */
export function singleCopies(copies: ReadonlyMap<string, number>): readonly string[] {
  return [...copies]
    .filter(([, count]) => count < 2)
    .map(([name]) => name)
    .sort()
    .slice(0, 20);
}
