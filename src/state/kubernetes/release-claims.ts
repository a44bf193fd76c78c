import { labelsAt, textAt } from '../../base/json-path.ts';
import type { Kubectl } from '../../exec/kubectl.ts';

/**
 * Returns the names of the claims of a Helm release by label or annotation, also those that an uninstall kept. The
 * label `release` is of charts that predate `app.kubernetes.io/instance`.
 */
export async function releaseClaims(
  kubectl: Kubectl,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const claims = await kubectl.objects({ kind: 'persistentvolumeclaims', namespace }, signal);
  return claims
    .filter((claim) => {
      const labels = labelsAt(claim, 'metadata', 'labels');
      const annotations = labelsAt(claim, 'metadata', 'annotations');
      const owners = [labels['app.kubernetes.io/instance'], labels.release, annotations['meta.helm.sh/release-name']];
      return owners.includes(name);
    })
    .map((claim) => textAt(claim, 'metadata', 'name'));
}
