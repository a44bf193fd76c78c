import { sha256 } from '../../base/digest.ts';
import { wholeDays } from '../../base/duration.ts';
import { ExternalError } from '../../base/errors.ts';
import type { CollectContext, Evidence } from '../../evidence/evidence.ts';
import type { EvidenceOriginFacts } from '../../evidence/saved-origin.ts';
import { kubectl } from '../../exec/kubectl.ts';

type Here = Pick<CollectContext, 'runner' | 'kubeArgs' | 'signal' | 'deployment'>;

interface Wanted {
  /** Whether the evidence of this run will be saved. */
  readonly saves: boolean;
  readonly fromEvidence: string | undefined;
  /** Saved evidence that replaces collection. */
  readonly given: readonly Evidence<unknown>[];
}

/**
 * Returns the origin of this run's evidence (its deployment and cluster), and a warning for each doubt that the saved
 * evidence has the same origin. Skipped unless evidence is saved or supplied. Throws UserError if the saved evidence is
 * from another deployment or cluster.
 */
export async function originOf(
  here: Here,
  { saves, fromEvidence, given }: Wanted,
): Promise<{ readonly origin: EvidenceOriginFacts | undefined; readonly doubts: readonly string[] }> {
  if (!saves && given.length === 0) return { origin: undefined, doubts: [] };
  const { deploymentOrigin, doubtsOf, readOrigin } = await import('../../evidence/saved-origin.ts');
  const { deployment } = here;
  const origin = {
    deployment: deployment === undefined ? undefined : deploymentOrigin(deployment),
    cluster: deployment?.target.type === 'compose' ? undefined : await clusterOf(here),
  };
  if (fromEvidence === undefined || given.length === 0) return { origin, doubts: [] };
  return { origin, doubts: doubtsOf(await readOrigin(fromEvidence), origin, fromEvidence) };
}

/** Undefined if the cluster does not answer; its checks report that. */
async function clusterOf({ runner, kubeArgs, signal }: Here): Promise<EvidenceOriginFacts['cluster']> {
  const { clusterUid, readConfig } = await import('../../targets/kubernetes/locate.ts');
  const cluster = kubectl(runner, kubeArgs);
  try {
    const [{ server, ca }, uid] = await Promise.all([readConfig(cluster, signal), clusterUid(cluster, signal)]);
    return { uid, server, ca: ca === '' ? '' : sha256(ca) };
  } catch (error) {
    if (error instanceof ExternalError) return undefined;
    throw error;
  }
}

/** The note for a report from saved evidence alone: the day of the evidence and its age. */
export function asOf(time: string, now: Date): string {
  const days = Math.max(0, wholeDays(now.getTime() - Date.parse(time)));
  const age = days === 0 ? 'less than a day ago' : days === 1 ? 'a day ago' : `${days} days ago`;
  return `judged with saved evidence of ${time.slice(0, 10)} (${age}); nothing was collected`;
}
