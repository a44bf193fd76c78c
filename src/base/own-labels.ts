/** Labels of every object in a cluster that difyctl makes for a deployment: who made it, and for which. */
export function ownLabels(deployment: string): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/managed-by': 'difyctl', 'difyctl/deployment': deployment };
}
