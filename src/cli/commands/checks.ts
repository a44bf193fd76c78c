import type { Command } from 'commander';
import { documentText, printedDocument } from '../../base/document.ts';
import { UserError } from '../../base/errors.ts';
import { nearest } from '../../base/suggest.ts';
import type { Check } from '../../checks/check.ts';
import { ALL_CHECKS } from '../../checks/registry.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { readExplanations } from '../output/check-docs.ts';

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl checks', 'List every check with its severity in both tiers.'],
  ['difyctl checks explain redis.topology', 'Print what a check verifies, why, and the next step.'],
];

/** `difyctl checks [list]` and `difyctl checks explain ID…`. */
export function define(command: Command, context: CommandContext): void {
  command.argument('[action]', 'list or explain', 'list').argument('[ids...]', 'check ids');
  command.action(async (action: string, ids: readonly string[]) => {
    context.stdout.write(await textOf(action, ids, context));
  });
}

async function textOf(action: string, ids: readonly string[], context: CommandContext): Promise<string> {
  if (action === 'list') return list(context);
  if (action === 'explain') return explain(context, ids);
  const known = ALL_CHECKS.some(({ id }) => id === action);
  throw new UserError('unknown action; use list or explain', {
    next: [known ? `difyctl checks explain ${action}` : 'difyctl checks list'],
  });
}

function list(context: CommandContext): string {
  const checks = ALL_CHECKS.map((check) => ({
    id: check.id,
    title: check.title,
    phases: check.phases,
    severity: { test: check.severity('test'), prod: check.severity('prod') },
    needs: check.requires.map((key) => key.name),
  }));
  if (context.output === 'json') return documentText(printedDocument('CheckList', context.now(), { checks }));
  const width = Math.max(...checks.map(({ id }) => id.length));
  const row = (id: string, rest: string): string =>
    context.terminal.width < 100 ? `${id}\n    ${rest}` : `${id.padEnd(width)}  ${rest}`;
  const lines = checks.map(({ id, severity, title }) => {
    const marks = `${severity.test.padEnd(7)} ${severity.prod.padEnd(7)}`;
    return row(id, `${marks} ${title}`);
  });
  return `${[row('CHECK', 'TEST    PROD    WHAT IT VERIFIES'), ...lines].join('\n')}\n`;
}

async function explain(context: CommandContext, ids: readonly string[]): Promise<string> {
  if (ids.length === 0) throw new UserError('which check? difyctl checks explain ID', { next: ['difyctl checks'] });
  const wanted = ids.map(known);
  const explanations = await readExplanations();
  const found = wanted.map((check) => ({
    id: check.id,
    title: check.title,
    text: explanations.get(check.id) ?? check.title,
  }));
  if (context.output === 'json')
    return documentText(printedDocument('CheckExplanation', context.now(), { checks: found }));
  return `${found.map(({ id, text }) => `${id}\n\n${text}`).join('\n\n')}\n`;
}

function known(id: string): Check {
  const check = ALL_CHECKS.find((candidate) => candidate.id === id);
  if (check !== undefined) return check;
  const near = nearest(
    id,
    ALL_CHECKS.map((candidate) => candidate.id),
  );
  throw new UserError(`unknown check ${id}${near === undefined ? '' : `; did you mean ${near}?`}`, {
    next: ['difyctl checks'],
  });
}
