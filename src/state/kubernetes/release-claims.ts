import { labelsAt, listAt, textAt } from '../../base/json-path.ts';
import { jsonAnswer } from '../../exec/answer.ts';
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
  const list: unknown = jsonAnswer(
    await kubectl.run(['get', 'pvc', '-n', namespace, '-o', 'json'], { signal }),
    'kubectl get pvc',
  );
  return listAt(list, 'items')
    .filter((claim) => {
      const labels = labelsAt(claim, 'metadata', 'labels');
      const annotations = labelsAt(claim, 'metadata', 'annotations');
      const owners = [labels['app.kubernetes.io/instance'], labels.release, annotations['meta.helm.sh/release-name']];
      return owners.includes(name);
    })
    .map((claim) => textAt(claim, 'metadata', 'name'));
}
