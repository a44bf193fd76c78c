import { UserError } from '../base/errors.ts';
import { mostComponents, plannedComponents } from '../deployment/components.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import { figureWords, servedLoads, servedWords } from '../deployment/served-load.ts';
import { revisionFolder } from '../state/revisions/folder.ts';
import { mirroredStore, readMirrored } from '../state/revisions/mirrored-store.ts';
import { isOfRender } from '../state/revisions/record.ts';
import { newestRevision, type Revision } from '../state/revisions/revision.ts';
import type { RevisionStore } from '../state/revisions/store.ts';
import { nextNumber, type UnreadableRevision } from '../state/revisions/stored.ts';
import { refuseOtherTarget } from '../state/target-identity.ts';
import type { Plan, Target, TargetLocation } from '../targets/target.ts';
import type { DeploymentContext } from './open-deployment.ts';
import type { RenderedDeployment } from './prepare.ts';

/** The expected users, and the component that serves the fewest. */
export interface PlannedLoad {
  readonly concurrentUsers: number;
  readonly served: number;
  readonly limitedBy: string;
  /** The published figure. */
  readonly figure: string;
}

/** What an install would change, and where; shown before the confirmation. */
export interface PlannedInstall {
  readonly place: TargetLocation;
  readonly plan: Plan;
  readonly revisions: readonly Revision[];
  /** If there is any, nothing may be changed (`refuseUnreadable`). */
  readonly unreadable: readonly UnreadableRevision[];
  /** Number of a new revision. */
  readonly nextNumber: number;
  readonly newest: Revision | undefined;
  /** The users that the planned replicas serve, at the maxima of autoscalers. Undefined without `load.concurrentUsers`. */
  readonly load: PlannedLoad | undefined;
  /** The versions of Dify and the chart that change. Empty on a first install. */
  readonly upgrade: readonly { readonly what: 'Dify' | 'chart'; readonly from: string; readonly to: string }[];
  /** True if there is nothing to change, and the newest revision has the same rendered set and was applied. */
  readonly settled: boolean;
  /** True if the newest revision has the same rendered set and was cut short or failed. The run resumes it. */
  readonly resumes: boolean;
}

/** The revisions of the installation, with a copy in `.difyctl/`. */
export function revisionStore({ paths }: DeploymentContext, target: Target): RevisionStore {
  return mirroredStore(target.revisions, revisionFolder(paths.revisions));
}

/**
 * Inspects the target and plans. Throws UserError if this deployment was installed in another place, ExternalError if
 * the target does not answer.
 */
export async function planInstall(
  prepared: RenderedDeployment,
  target: Target,
  signal: AbortSignal,
): Promise<PlannedInstall> {
  const { secrets, paths, deployment } = prepared;
  const rendered = prepared.rendered.value;
  const copy = revisionFolder(paths.revisions);
  const [place, installed, local] = await Promise.all([
    target.locate(signal),
    target.revisions.read(signal),
    copy.read(),
  ]);
  const { revisions } = installed;
  const { unreadable } = readMirrored(installed, local);
  await refuseOtherTarget(paths, deployment.name, place.identity);
  const newest = newestRevision(revisions);
  const plan = await target.plan(rendered, revisions, signal);
  const same = newest !== undefined && isOfRender(newest, rendered, secrets);
  const untouched = plan.changes.length === 0 && !plan.touchesRelease;
  return {
    place,
    plan,
    revisions,
    unreadable,
    nextNumber: nextNumber({ revisions, unreadable }),
    newest,
    load: loadOf(prepared.deployment),
    upgrade: upgradeOf(prepared, newest),
    settled: untouched && same && newest.outcome === 'applied',
    resumes: same && newest.operation !== 'restore' && CUT_SHORT.includes(newest.outcome),
  };
}

const CUT_SHORT: readonly Revision['outcome'][] = ['open', 'failed', 'interrupted'];

/**
 * Throws UserError if the newest revision is a restore that did not end: Dify would start on a part of its data, and
 * write to it.
 */
export function refuseUnfinishedRestore(newest: Revision | undefined): void {
  if (newest?.operation !== 'restore' || !CUT_SHORT.includes(newest.outcome)) return;
  const { set = 'SET', promotion } = newest.restore ?? {};
  const command = promotion === undefined ? 'restore' : 'promote';
  throw new UserError(`the restore of ${set} did not end (revision ${newest.number}), so nothing was changed`, {
    next: [`difyctl ${command} ${set}, with the same options, continues it`],
  });
}

function loadOf(deployment: Deployment): PlannedLoad | undefined {
  const users = deployment.load?.concurrentUsers;
  if (users === undefined) return undefined;
  const [least] = servedLoads(deployment, mostComponents(plannedComponents(deployment)));
  return (
    least && {
      concurrentUsers: users,
      served: least.users,
      limitedBy: servedWords(least),
      figure: figureWords(deployment),
    }
  );
}

function upgradeOf({ deployment, chart }: RenderedDeployment, before: Revision | undefined): PlannedInstall['upgrade'] {
  const pairs = [
    { what: 'Dify', from: before?.file.version, to: deployment.version },
    { what: 'chart', from: before?.chart?.version, to: chart?.facts.version },
  ] as const;
  return pairs.flatMap(({ what, from, to }) =>
    typeof from === 'string' && to !== undefined && from !== to ? [{ what, from, to }] : [],
  );
}
