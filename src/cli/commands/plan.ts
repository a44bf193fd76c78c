import type { Command } from 'commander';
import { documentText, printedDocument } from '../../base/document.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { oneLine } from '../../base/printable.ts';
import { countChanges } from '../../operations/install.ts';
import { type PlannedInstall, planInstall } from '../../operations/plan-install.ts';
import { unreadableNote } from '../../state/revisions/stored.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { openingNotes, type Session, withPrepared } from '../input/session.ts';
import { changeLines, driftLines, kindLines, placeLines, summaryLines } from '../output/plan-text.ts';
import { resultStyle } from '../output/progress.ts';

interface Options {
  readonly detailedExitcode?: true;
}

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl plan', 'Show what an install would change, and change nothing.'],
  ['difyctl plan --detailed-exitcode -o json', 'Print one JSON document, and exit with 7 if there are changes.'],
];

/** `difyctl plan`: shows what an install would change. Read-only. */
export function define(command: Command, context: CommandContext): void {
  command
    .option('--detailed-exitcode', `exit ${EXIT.changes} if there are changes`)
    .action(async (options: Options) => {
      const work = async (session: Session): Promise<void> => {
        const planned = await planInstall(session.prepared, session.target, context.signal);
        const unread = planned.unreadable.map(unreadableNote);
        for (const note of new Set([...openingNotes(session), ...unread]))
          context.stderr.write(`  ! ${oneLine(note)}\n`);
        context.stdout.write(
          context.output === 'json' ? planDocument(session, planned, context) : planText(planned, context),
        );
        const changes = planned.plan.changes.length > 0 || planned.plan.touchesRelease;
        if (options.detailedExitcode === true && changes) context.exit(EXIT.changes);
      };
      await withPrepared(context, { unreadable: 'warn', work });
    });
}

function planDocument(
  { prepared }: Session,
  { place, plan, newest, load, upgrade, unreadable }: PlannedInstall,
  { now }: CommandContext,
): string {
  const { deployment, rendered, secrets } = prepared;
  const document = printedDocument('Plan', now(), {
    deployment: deployment.name,
    tier: deployment.tier,
    target: rendered.value.target,
    location: place.facts,
    revision: newest?.number,
    load,
    upgrade,
    changes: plan.changes,
    secrets: plan.secrets,
    rolls: plan.rolls,
    oneByOne: plan.oneByOne,
    interruptions: plan.interruptions,
    drains: plan.drains,
    drift: plan.drift,
    digest: plan.digest,
    ...(unreadable.length === 0 ? {} : { notes: unreadable.map(unreadableNote) }),
    unresolved: secrets.unresolved.map(({ path, reason }) => ({ path, reason })),
  });
  return documentText(document);
}

function planText(planned: PlannedInstall, context: CommandContext): string {
  const style = resultStyle(context);
  const lines = [
    ...placeLines(planned, style),
    `  plan        ${countChanges(planned.plan.changes)}`,
    ...summaryLines(planned, style),
    ...kindLines(planned, style),
    ...changeLines(planned.plan.changes, style, true),
    ...driftLines(planned.plan.drift, style),
  ];
  return `${lines.join('\n')}\n`;
}
