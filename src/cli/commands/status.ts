import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { documentText, printedDocument } from '../../base/document.ts';
import { Interrupted, UserError } from '../../base/errors.ts';
import { oneLine } from '../../base/printable.ts';
import { revisionStore } from '../../operations/plan-install.ts';
import type { DrillRecord } from '../../recovery/drill-record.ts';
import { drillsFolder, readDrills } from '../../recovery/drill-store.ts';
import { treeState } from '../../recovery/working-tree.ts';
import { readRehearsals } from '../../rehearsal/rehearsal-record.ts';
import type { NodesSummary } from '../../rehearsal/shape/shape.ts';
import { newestRevision, type Revision } from '../../state/revisions/revision.ts';
import { unreadableNote } from '../../state/revisions/stored.ts';
import { appliedRevision, installedVersions } from '../../state/revisions/versions.ts';
import type { InstalledRelease } from '../../targets/target.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { openTargetOnly } from '../input/session.ts';
import { resultStyle } from '../output/progress.ts';
import { type ShownBackup, shownBackup } from '../output/status-backup.ts';
import { nodesNow } from '../output/status-nodes.ts';
import { shownRehearsal } from '../output/status-rehearsal.ts';
import { type ShownSchedule, shownSchedule } from '../output/status-schedule.ts';
import { type StatusView, statusText } from '../output/status-text.ts';
import type { ShownTree } from '../output/status-tree.ts';
import { watchStatus } from '../output/status-watch.ts';

type Place = Awaited<ReturnType<typeof openTargetOnly>>;

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl status', 'Show the release, its versions, its workloads and the next step.'],
  ['difyctl status --watch', 'Refresh every 2 s until Ctrl-C.'],
];

/** `difyctl status`: shows the release, its workloads, the newest revision and the next step. */
export function define(command: Command, context: CommandContext): void {
  command.option('--watch', 'refresh every 2 s until Ctrl-C').action(async ({ watch }: { readonly watch?: true }) => {
    const { signal, now, output, stdout } = context;
    if (watch === true && output === 'json')
      throw new UserError('--watch writes text and cannot be combined with -o json');
    const place = await openTargetOnly(context);
    const style = resultStyle(context);
    // Read once, also with --watch: restic needs seconds for each answer.
    const backup = shownBackup(place.opened, context);
    const schedule = shownSchedule(place.opened, signal);
    const nodes = nodesNow(place.opened, signal);
    const once = { backup, schedule, nodes };
    if (watch === true) {
      const pause = (ms: number) => delay(ms, undefined, { signal });
      return watchStatus(context, style, {
        look: async () => (await look(place, signal, once)).view,
        pause,
      });
    }
    const { view, unread } = await look(place, signal, once);
    for (const note of unread) context.stderr.write(`  ! ${oneLine(note)}\n`);
    const document = () => documentText(documentOf(view, unread, place, now()));
    stdout.write(output === 'json' ? document() : statusText(view, now(), style));
  });
}

/** What is read once, also with `--watch`. */
interface ReadOnce {
  readonly backup: Promise<ShownBackup | undefined>;
  readonly schedule: Promise<ShownSchedule | undefined>;
  readonly nodes: Promise<NodesSummary | undefined>;
}

/** Reads the state of the installation once. `unread`: a note for each revision that could not be read. */
async function look(
  { opened, target }: Place,
  signal: AbortSignal,
  { backup, schedule, nodes }: ReadOnce,
): Promise<{ readonly view: StatusView; readonly unread: readonly string[] }> {
  const store = revisionStore(opened, target);
  const drills = readDrills(drillsFolder(opened.baseDirectory, opened.deployment.name));
  const [release, { revisions, unreadable }, { records }] = await Promise.all([
    target.inspect(signal),
    store.read(signal),
    drills,
  ]);
  const revision = newestRevision(revisions);
  const { name, urls, target: to } = opened.deployment;
  const rehearsals = await readRehearsals(opened.paths);
  const view = {
    ...{ name, address: urls.console, release, revision },
    versions: release.exists ? installedVersions(revisions) : undefined,
    rehearsal: shownRehearsal(rehearsals, release.exists ? appliedRevision(revisions) : undefined, await nodes),
    next: nextStep(to.type, release, revision),
    drill: records[0],
    backup: await backup,
    schedule: await schedule,
    tree: await shownTree(opened, revisions, signal),
  };
  const notes = rehearsals.unreadable.map(({ file, reason }) => `${file} cannot be read: ${reason}`);
  return { view, unread: [...unreadable.map(unreadableNote), ...notes] };
}

function documentOf(
  { name, address, release, revision, versions, rehearsal, next, drill, backup, schedule, tree }: StatusView,
  unread: readonly string[],
  { opened }: Place,
  now: Date,
): object {
  return printedDocument('Status', now, {
    deployment: name,
    tier: opened.deployment.tier,
    target: opened.deployment.target.type,
    address,
    release,
    revision: revision === undefined ? undefined : summaryOf(revision),
    versions: versions === undefined ? undefined : { dify: versions.dify, chart: versions.chart },
    rehearsal,
    ...(drill === undefined ? {} : { drill: drillSummary(drill) }),
    ...(backup === undefined ? {} : { backup }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(tree === undefined ? {} : { workingTree: treeDocument(tree) }),
    ...(unread.length === 0 ? {} : { notes: unread }),
    next,
  });
}

/** Reads the working tree of the file. Undefined if the file names none. Throws only if interrupted. */
async function shownTree(
  opened: Place['opened'],
  revisions: readonly Revision[],
  signal: AbortSignal,
): Promise<ShownTree | undefined> {
  if (opened.deployment.recovery?.configuration?.workingTree === undefined) return undefined;
  const { appliedSet, readWorkingTree } = await import('../../operations/working-tree/read.ts');
  try {
    const tree = await readWorkingTree(opened, signal);
    return tree === undefined ? undefined : { tree, applied: appliedSet(revisions) };
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

function treeDocument(shown: ShownTree): object {
  if (!('tree' in shown)) return shown;
  const { tree, applied } = shown;
  return 'reason' in tree ? tree : { state: treeState(tree, applied), ...tree };
}

function drillSummary({ set, at, outcome, restoreSeconds, commonPoint }: DrillRecord) {
  return { set, at, outcome, restoreSeconds, commonPoint };
}

function summaryOf({ number, outcome, startedAt, endedAt, by, detail }: Revision) {
  return { number, outcome, startedAt, endedAt, by, detail };
}

const LOGS = { kubernetes: 'kubectl describe and kubectl logs of', compose: 'docker compose logs' } as const;

/** Returns the one next step. */
export function nextStep(
  target: keyof typeof LOGS,
  release: InstalledRelease,
  revision: Pick<Revision, 'outcome' | 'operation' | 'restore'> | undefined,
): string {
  const restored = restoreStep(revision);
  if (restored !== undefined) return restored;
  if (!release.exists) return 'difyctl install';
  if (release.status.startsWith('pending-'))
    return 'run difyctl install to recover, if no other helm process changes the release';
  if ((release.drift ?? []).length > 0) return 'run difyctl install to undo these changes; difyctl plan shows how';
  const late = release.workloads.find(({ ready, desired }) => ready < desired);
  if (late !== undefined) return `${LOGS[target]} ${late.name}; then run difyctl install`;
  const { externalSecret } = release;
  if (externalSecret?.ready === false)
    return `kubectl describe externalsecret ${externalSecret.name} shows why values of the store do not reach the Secret`;
  if (revision?.outcome === 'rolled-back') return 'the last change was rolled back: fix it, then run difyctl install';
  if (revision !== undefined && revision.outcome !== 'applied') return 'run difyctl install to resume';
  return 'run difyctl plan to see what the file would change';
}

/** The next step after a restore. Undefined if the newest revision is another operation. */
function restoreStep(revision: Pick<Revision, 'outcome' | 'operation' | 'restore'> | undefined): string | undefined {
  if (revision?.operation !== 'restore') return undefined;
  if (revision.outcome === 'restored') return 'run difyctl install to start Dify on the restored data';
  return `run difyctl restore ${revision.restore?.set ?? ''} again to continue`;
}
