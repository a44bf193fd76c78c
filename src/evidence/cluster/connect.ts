import { failureOf } from '../../exec/failures.ts';
import { type Kubectl, KubectlError, kubectl } from '../../exec/kubectl.ts';
import { type CollectContext, CollectionError } from '../evidence.ts';

/**
 * Reads from the cluster. Throws CollectionError if kubectl fails; if the right is missing, it names `right`, such as
 * `list nodes`.
 */
export async function fromCluster<T>(
  context: Pick<CollectContext, 'runner' | 'kubeArgs' | 'reads' | 'questions'>,
  right: string,
  read: (cluster: Kubectl) => Promise<T>,
): Promise<T> {
  try {
    const { runner, kubeArgs, reads, questions } = context;
    return await read(kubectl(runner, kubeArgs, reads, questions?.ask));
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    throw new CollectionError(...explain(error, right));
  }
}

/** As `fromCluster`, but returns undefined if the server reports that the object does not exist. */
export async function fromClusterIfThere<T>(
  context: CollectContext,
  right: string,
  read: (cluster: Kubectl) => Promise<T>,
): Promise<T | undefined> {
  return fromCluster(context, right, async (cluster) => {
    try {
      return await read(cluster);
    } catch (error) {
      if (error instanceof KubectlError && error.reason === 'not-found') return undefined;
      throw error;
    }
  });
}

function explain(error: KubectlError, right: string): [outcome: 'denied' | 'absent', missing: string] {
  switch (error.reason) {
    case 'forbidden':
      return ['denied', right];
    case 'unauthorized':
      return ['denied', 'the cluster refuses these credentials'];
    case 'unreachable':
      return ['absent', `the cluster cannot be reached: ${failureOf(error.stderr).cause ?? error.message}`];
    case 'no-context':
      return ['absent', error.message];
    default:
      return ['absent', error.message];
  }
}
