import { failureOf } from '../../exec/failures.ts';
import { type Kubectl, KubectlError, kubectl } from '../../exec/kubectl.ts';
import { type CollectContext, CollectionError } from '../evidence.ts';

/** Reads from the cluster; what kubectl could not get becomes EvidenceMissing that names `right`, such as `list nodes`. */
export async function fromCluster<T>(
  context: CollectContext,
  right: string,
  read: (cluster: Kubectl) => Promise<T>,
): Promise<T> {
  try {
    return await read(kubectl(context.runner, context.kubeArgs, context.reads));
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    throw new CollectionError(...explain(error, right));
  }
}

/** Undefined where the server says that there is no such thing; else as `fromCluster`. */
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
