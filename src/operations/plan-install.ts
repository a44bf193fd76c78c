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

/** What an install would do, and to what; shown before anybody is asked. */
export interface PlannedInstall {
  readonly place: TargetLocation;
  readonly plan: Plan;
  readonly revisions: readonly Revision[];
  /** Where there is one, nothing may be changed (`refuseUnreadable`). */
  readonly unreadable: readonly UnreadableRevision[];
  /** Number of a new revision. */
  readonly nextNumber: number;
  readonly newest: Revision | undefined;
  /** Versions that move: of Dify, of the chart; none on a first install. */
  readonly upgrade: readonly { readonly what: 'Dify' | 'chart'; readonly from: string; readonly to: string }[];
  /** Nothing to change, and the newest revision is this very set and was applied well. */
  readonly settled: boolean;
  /** The newest revision is this set and was cut short or failed: the run goes on with it. */
  readonly resumes: boolean;
}

/** Revisions of the installation, with a copy in `.difyctl/`. */
export function revisionStore({ paths }: DeploymentContext, target: Target): RevisionStore {
  return mirroredStore(target.revisions, revisionFolder(paths.revisions));
}

/** Looks at the place and plans. Throws UserError where this name was installed elsewhere, ExternalError where the place does not answer. */
export async function planInstall(
  prepared: RenderedDeployment,
  target: Target,
  signal: AbortSignal,
): Promise<PlannedInstall> {
  const { secrets, paths, deployment } = prepared;
  const rendered = prepared.rendered.value;
  const copy = revisionFolder(paths.revisions);
  const [place, there, here] = await Promise.all([target.locate(signal), target.revisions.read(signal), copy.read()]);
  const { revisions } = there;
  const { unreadable } = readMirrored(there, here);
  await refuseOtherTarget(paths, deployment.name, place.identity);
  const newest = newestRevision(revisions);
  const plan = await target.plan(rendered, newest, signal);
  const same = newest !== undefined && isOfRender(newest, rendered, secrets);
  const untouched = plan.changes.length === 0 && !plan.touchesRelease;
  return {
    place,
    plan,
    revisions,
    unreadable,
    nextNumber: nextNumber({ revisions, unreadable }),
    newest,
    upgrade: upgradeOf(prepared, newest),
    settled: untouched && same && newest.outcome === 'applied',
    resumes: same && ['open', 'failed', 'interrupted'].includes(newest.outcome),
  };
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
