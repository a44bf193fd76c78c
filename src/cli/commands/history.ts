import type { Command } from 'commander';
import { documentText, printedDocument } from '../../base/document.ts';
import { oneLine } from '../../base/printable.ts';
import { revisionStore } from '../../operations/plan-install.ts';
import { arrow, type Style } from '../../report/style.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import { type UnreadableRevision, unreadableNote } from '../../state/revisions/stored.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { openTargetOnly } from '../input/session.ts';
import { resultStyle } from '../output/progress.ts';

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl history', 'List the revisions and their changes.'],
  ['difyctl history -o json', 'Print them with the digest of every file, as one JSON document.'],
];

/** `difyctl history`: lists the revisions of the deployment, newest first. */
export function define(command: Command, context: CommandContext): void {
  command.action(async () => {
    const { opened, target } = await openTargetOnly(context);
    const style = resultStyle(context);
    const { revisions, unreadable } = await revisionStore(opened, target).read(context.signal);
    const entries = [
      ...revisions.map((one) => ({ number: one.number, entry: entry(one), line: revisionLine(one, style) })),
      ...unreadable.map((one) => ({ number: one.number, entry: unreadableEntry(one), line: unreadableLine(one) })),
    ].sort((a, b) => b.number - a.number);
    const document = printedDocument('History', context.now(), {
      deployment: opened.deployment.name,
      revisions: entries.map((one) => one.entry),
    });
    const text = entries.length === 0 ? '  no revision yet\n' : entries.map((one) => one.line).join('');
    context.stdout.write(context.output === 'json' ? documentText(document) : text);
  });
}

function entry(revision: Revision): object {
  const { number, outcome, startedAt, endedAt, by, difyctl, chart, tools, releaseRevision, detail, files } = revision;
  const { changes, upgrade } = revision;
  const digests = files.map(({ path, sha256 }) => ({ path, sha256 }));
  const what = { ...(changes === undefined ? {} : { changes }), ...(upgrade === undefined ? {} : { upgrade }) };
  const facts = { number, outcome, startedAt, endedAt, by, difyctl, chart, tools, releaseRevision, detail };
  return { ...facts, ...what, files: digests };
}

function unreadableEntry({ number, where, reason, newer }: UnreadableRevision): object {
  return { number, outcome: 'unreadable', where, detail: reason, ...(newer === undefined ? {} : { difyctl: newer }) };
}

function unreadableLine(revision: UnreadableRevision): string {
  return `  ${String(revision.number).padStart(3)}  ${oneLine(unreadableNote(revision))}\n`;
}

/** A revision as a row. */
export function revisionLine(revision: Revision, style: Style): string {
  const { number, outcome, startedAt, by, chart, releaseRevision, detail } = revision;
  const facts = [
    startedAt,
    outcome,
    by,
    ...(chart === undefined ? [] : [`chart ${chart.version}`]),
    ...(releaseRevision === undefined ? [] : [`release revision ${releaseRevision}`]),
    ...changeWords(revision, style),
    ...(detail === undefined ? [] : [detail]),
  ];
  return `  ${String(number).padStart(3)}  ${oneLine(facts.join('  '))}\n`;
}

/** `Dify 1.16.0 → 1.16.1`, `2 created, 1 changed`. Empty if the revision does not record its changes. */
function changeWords({ changes, upgrade = [] }: Revision, style: Style): readonly string[] {
  const versions = upgrade.map(({ what, from, to }) => `${what} ${from} ${arrow(style)} ${to}`);
  if (changes === undefined) return versions;
  const counts = (['created', 'changed', 'deleted'] as const).flatMap((word) =>
    changes[word] === 0 ? [] : [`${changes[word]} ${word}`],
  );
  return [...versions, counts.length === 0 ? 'no object changed' : counts.join(', ')];
}
