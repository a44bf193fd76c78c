import type { Command } from 'commander';
import { EXIT } from '../../base/exit-codes.ts';
import { oneLine } from '../../base/printable.ts';
import { API_VERSION, DIFYCTL_VERSION } from '../../base/version.ts';
import { type Draft, draftInstall } from '../../operations/draft.ts';
import { countChanges } from '../../operations/install.ts';
import { unreadableNote } from '../../state/revisions/stored.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { openingNotes, type Ready, withPrepared } from '../input/prepared.ts';
import { changeLines, driftLines, kindLines, placeLines, summaryLines } from '../output/plan-text.ts';
import { resultStyle } from '../output/progress.ts';

interface Options {
  readonly detailedExitcode?: true;
}

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl plan', 'Show what an install would change; nothing is changed.'],
  ['difyctl plan --detailed-exitcode -o json', 'Exit with 7 if there are changes, as one document.'],
];

/** `difyctl plan`: what an install would change; looks only. */
export function define(command: Command, context: CommandContext): void {
  command
    .option('--detailed-exitcode', `exit ${EXIT.changes} where there are changes`)
    .action(async (options: Options) => {
      await withPrepared(context, 'warn', async (ready) => {
        const draft = await draftInstall(ready.prepared, ready.target, context.signal);
        const unread = draft.unreadable.map(unreadableNote);
        for (const note of new Set([...openingNotes(ready), ...unread])) context.stderr.write(`  ! ${oneLine(note)}\n`);
        context.stdout.write(
          context.output === 'json' ? planDocument(ready, draft, context) : planText(draft, context),
        );
        const changes = draft.plan.changes.length > 0 || draft.plan.touchesRelease;
        if (options.detailedExitcode === true && changes) context.exit(EXIT.changes);
      });
    });
}

function planDocument(
  { prepared }: Ready,
  { place, plan, newest, upgrade, unreadable }: Draft,
  { now }: CommandContext,
): string {
  const { deployment, rendered, secrets } = prepared;
  const document = {
    apiVersion: API_VERSION,
    kind: 'Plan',
    difyctl: DIFYCTL_VERSION,
    time: now().toISOString(),
    deployment: deployment.name,
    tier: deployment.tier,
    target: rendered.target,
    location: place.facts,
    revision: newest?.number,
    upgrade,
    changes: plan.changes,
    secrets: plan.secrets,
    rolls: plan.rolls,
    drift: plan.drift,
    digest: plan.digest,
    ...(unreadable.length === 0 ? {} : { notes: unreadable.map(unreadableNote) }),
    unresolved: secrets.unresolved.map(({ path, reason }) => ({ path, reason })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function planText(draft: Draft, context: CommandContext): string {
  const style = resultStyle(context);
  const lines = [
    ...placeLines(draft, style),
    `  plan        ${countChanges(draft.plan.changes)}`,
    ...summaryLines(draft, style),
    ...kindLines(draft, style),
    ...changeLines(draft.plan.changes, style, true),
    ...driftLines(draft.plan.drift, style),
  ];
  return `${lines.join('\n')}\n`;
}
