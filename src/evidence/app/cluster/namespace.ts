import { type CollectContext, CollectionError } from '../../evidence.ts';

/** The namespace of the deployment. Throws CollectionError if the run has no file, or one for Compose. */
export function namespaceOf({ deployment }: CollectContext): string {
  if (deployment?.target.type !== 'kubernetes') throw new CollectionError('absent', 'a deployment on Kubernetes');
  return deployment.target.namespace;
}
