import type { Command } from 'commander';
import { oneLine } from '../base/printable.ts';
import { API_VERSION, DIFYCTL_VERSION } from '../base/version.ts';
import { revisionStore } from '../install/draft.ts';
import type { Revision } from '../state/revisions/revision.ts';
import { type UnreadableRevision, unreadableNote } from '../state/revisions/stored.ts';
import type { CommandContext } from './context.ts';
import { openPlace } from './prepared.ts';

/** `difyctl history`: the revisions of the deployment, newest first. */
export function define(command: Command, context: CommandContext): void {
  command.action(async () => {
    const { bench, target } = await openPlace(context);
    const { revisions, unreadable } = await revisionStore(bench, target).read(context.signal);
    const entries = [
      ...revisions.map((one) => ({ number: one.number, entry: entry(one), line: revisionLine(one) })),
      ...unreadable.map((one) => ({ number: one.number, entry: unreadableEntry(one), line: unreadableLine(one) })),
    ].sort((a, b) => b.number - a.number);
    const document = {
      apiVersion: API_VERSION,
      kind: 'History',
      difyctl: DIFYCTL_VERSION,
      time: context.now().toISOString(),
      deployment: bench.deployment.name,
      revisions: entries.map((one) => one.entry),
    };
    const text = entries.length === 0 ? '  no revision yet\n' : entries.map((one) => one.line).join('');
    context.stdout.write(context.output === 'json' ? `${JSON.stringify(document, null, 2)}\n` : text);
  });
}

function entry(revision: Revision): object {
  const { number, outcome, startedAt, endedAt, by, difyctl, chart, tools, releaseRevision, detail, files } = revision;
  const digests = files.map(({ path, sha256 }) => ({ path, sha256 }));
  return { number, outcome, startedAt, endedAt, by, difyctl, chart, tools, releaseRevision, detail, files: digests };
}

function unreadableEntry({ number, where, reason, newer }: UnreadableRevision): object {
  return { number, outcome: 'unreadable', where, detail: reason, ...(newer === undefined ? {} : { difyctl: newer }) };
}

function unreadableLine(revision: UnreadableRevision): string {
  return `  ${String(revision.number).padStart(3)}  ${oneLine(unreadableNote(revision))}\n`;
}

/** A revision as a row. */
export function revisionLine({ number, outcome, startedAt, by, chart, releaseRevision, detail }: Revision): string {
  const facts = [
    startedAt,
    outcome,
    by,
    ...(chart === undefined ? [] : [`chart ${chart.version}`]),
    ...(releaseRevision === undefined ? [] : [`release revision ${releaseRevision}`]),
    ...(detail === undefined ? [] : [detail]),
  ];
  return `  ${String(number).padStart(3)}  ${oneLine(facts.join('  '))}\n`;
}
