import type { RestoreContext } from '../../backup/restore/context.ts';
import { requireManagedDatabases } from '../../backup/restore/managed-databases.ts';
import { reachOf } from '../../backup/restore/reach.ts';
import { newestRevision, type Revision } from '../../state/revisions/revision.ts';
import { nextNumber, refuseUnreadable } from '../../state/revisions/stored.ts';
import { refuseOtherTarget } from '../../state/target-identity.ts';
import { revisionStore } from '../plan-install.ts';
import { leftOut } from './left-out.ts';
import type { PlannedRestore, RestoreOptions } from './options.ts';
import { planSteps } from './plan-steps.ts';
import type { RestoreSources } from './sources.ts';
import { stopCommand } from './writers.ts';

/**
 * Observes every place that the restore would write to. `suffix`: the end of the names that existing data gets. Changes
 * nothing. Throws UserError for another target or an unreadable revision, ExternalError if a service does not answer.
 */
export async function planRestore(
  options: RestoreOptions,
  sources: RestoreSources,
  context: RestoreContext,
  suffix: string,
): Promise<PlannedRestore> {
  const { opened, target } = options;
  const { deployment, paths } = opened;
  const { manifest } = sources;
  const { signal } = context;
  const place = await target.locate(signal);
  await refuseOtherTarget(paths, deployment.name, place.identity);
  const stored = await revisionStore(opened, target).read(signal);
  refuseUnreadable(stored.unreadable);
  const newest = newestRevision(stored.revisions);
  const resumed = newest !== undefined && isContinued(newest, manifest.set, options) ? newest : undefined;
  const release = await target.inspect(signal);
  if (options.parts.length === 0) await requireManagedDatabases(manifest, context);
  const steps = await planSteps({ options, sources, context, resumed, release, suffix });
  const writers = await target.runningWriters(signal);
  return {
    plan: {
      ...{ deployment: deployment.name, set: manifest.set, commonPoint: manifest.commonPoint, dify: manifest.dify },
      ...{ place, steps, writers, stop: stopCommand(deployment, writers), resumes: resumed?.number },
      reach:
        options.at === undefined
          ? undefined
          : reachOf(manifest, options.at, deployment.recovery?.rpo, sources.point !== undefined),
      left: leftOut(manifest, sources.sealed !== undefined, options.parts, steps),
    },
    ...{ resumed, newest, nextNumber: nextNumber(stored) },
  };
}

/** True for a restore of the same set, stated time, parts and knowledge base that did not end. */
export function isContinued(
  newest: Revision,
  set: string,
  { parts, at, knowledgeBase }: Pick<RestoreOptions, 'parts' | 'at' | 'knowledgeBase'>,
): boolean {
  const { operation, outcome, restore } = newest;
  return (
    operation === 'restore' &&
    outcome !== 'restored' &&
    restore?.set === set &&
    restore.at === at?.toISOString() &&
    restore.knowledgeBase === knowledgeBase &&
    restore.parts.join() === [...parts].join()
  );
}
