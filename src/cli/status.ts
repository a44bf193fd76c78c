import type { Command } from 'commander';
import { oneLine } from '../base/printable.ts';
import { API_VERSION, DIFYCTL_VERSION } from '../base/version.ts';
import { counted } from '../base/words.ts';
import { revisionStore } from '../install/draft.ts';
import { arrow, paint, type Style, sign } from '../report/style.ts';
import { newestRevision, type Revision } from '../state/revisions/revision.ts';
import { unreadableNote } from '../state/revisions/stored.ts';
import type { LiveRelease, WorkloadStatus } from '../targets/target.ts';
import type { CommandContext } from './context.ts';
import { driftLines } from './plan-text.ts';
import { openPlace } from './prepared.ts';
import { resultStyle } from './progress.ts';

/** `difyctl status`: the release, its workloads, the revision, and what to do next. */
export function define(command: Command, context: CommandContext): void {
  command.action(async () => {
    const { bench, target } = await openPlace(context);
    const { signal, now, output, stdout } = context;
    const store = revisionStore(bench, target);
    const [release, { revisions, unreadable }] = await Promise.all([target.inspect(signal), store.read(signal)]);
    const revision = newestRevision(revisions);
    const unread = unreadable.map(unreadableNote);
    const { name, tier, urls, target: to } = bench.deployment;
    const next = nextStep(to.type, release, revision);
    const document = {
      apiVersion: API_VERSION,
      kind: 'Status',
      difyctl: DIFYCTL_VERSION,
      time: now().toISOString(),
      deployment: name,
      tier,
      target: to.type,
      address: urls.console,
      release,
      revision: revision === undefined ? undefined : summaryOf(revision),
      ...(unread.length === 0 ? {} : { notes: unread }),
      next,
    };
    const text = () => statusText(name, release, revision, next, resultStyle(context));
    for (const note of unread) context.stderr.write(`  ! ${oneLine(note)}\n`);
    stdout.write(output === 'json' ? `${JSON.stringify(document, null, 2)}\n` : text());
  });
}

function summaryOf({ number, outcome, startedAt, endedAt, by, detail }: Revision) {
  return { number, outcome, startedAt, endedAt, by, detail };
}

const LOGS = { kubernetes: 'kubectl describe and kubectl logs of', compose: 'docker compose logs' } as const;

/** The one thing to do now. */
export function nextStep(
  target: keyof typeof LOGS,
  release: LiveRelease,
  revision: Pick<Revision, 'outcome'> | undefined,
): string {
  if (!release.exists) return 'difyctl install';
  if (release.status.startsWith('pending-')) return 'difyctl install takes over, if no other helm is at work';
  if ((release.drift ?? []).length > 0) return 'difyctl install undoes these changes; difyctl plan shows how';
  const late = release.workloads.find(({ ready, desired }) => ready < desired);
  if (late !== undefined) return `${LOGS[target]} ${late.name}; then difyctl install`;
  if (revision?.outcome === 'rolled-back') return 'the last change was rolled back: mend it, then difyctl install';
  if (revision !== undefined && revision.outcome !== 'applied') return 'difyctl install goes on where that run ended';
  return 'difyctl plan shows what the file would change';
}

/** The status for people. */
export function statusText(
  name: string,
  release: LiveRelease,
  revision: Revision | undefined,
  next: string,
  style: Style,
): string {
  const at = release.revision === undefined ? '' : `, release revision ${release.revision}`;
  const recorded =
    revision === undefined
      ? '  revision    none recorded'
      : oneLine(
          `  revision    ${revision.number}, ${revision.outcome}, ${revision.endedAt ?? revision.startedAt}, ${revision.by}`,
        );
  const width = Math.max(0, ...release.workloads.map((workload) => oneLine(workload.name).length));
  const lines = [
    `  ${paint(style, 'strong', name)}   ${release.exists ? oneLine(release.status) : 'not installed'}${at}`,
    recorded,
    ...release.workloads.map((workload) => workloadLine(workload, width, style)),
    ...(release.drift === undefined ? ['  changes since the last install could not be looked for'] : []),
    ...driftLines(release.drift ?? [], style),
    `  ${arrow(style)} ${oneLine(next)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function workloadLine(workload: WorkloadStatus, width: number, style: Style): string {
  const { name, ready, desired, restarts, detail, simulated } = workload;
  const facts = [
    `${ready}/${desired}`,
    ...(restarts > 0 ? [counted(restarts, 'restart')] : []),
    ...(simulated ? ['simulated'] : []),
    ...(detail === '' ? [] : [detail]),
  ];
  return `  ${sign(style, ready >= desired ? 'pass' : 'fail')} ${oneLine(name).padEnd(width)}  ${oneLine(facts.join('  '))}`;
}
