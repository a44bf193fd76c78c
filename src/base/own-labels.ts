/**
 * Returns the labels of every object that difyctl creates in a cluster for a deployment: who created it, and for which
 * deployment.
 */
export function ownLabels(deployment: string): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/managed-by': 'difyctl', 'difyctl/deployment': deployment };
}
