/** The label of the pods of a worker pool and of their Deployment. Its value is the name of the pool. */
export const POOL_LABEL = 'difyctl/pool';

/**
 * Annotation of a Secret that External Secrets creates: the source of each secret in it, by path, as JSON. A value of
 * the Secret stands for a planned reference only if their sources are equal.
 */
export const SOURCES_ANNOTATION = 'difyctl/sources';

/**
 * Returns the labels of every object that difyctl creates in a cluster for a deployment: who created it, and for which
 * deployment.
 */
export function ownLabels(deployment: string): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/managed-by': 'difyctl', 'difyctl/deployment': deployment };
}
