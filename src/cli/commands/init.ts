import { dirname, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { documentText, printedDocument } from '../../base/document.ts';
import { UserError } from '../../base/errors.ts';
import { oneLine } from '../../base/printable.ts';
import { readTextIfThere } from '../../base/read-text.ts';
import { shellWord } from '../../base/shell-word.ts';
import { formatPath } from '../../deployment/paths.ts';
import { saveDeployment } from '../../deployment/save.ts';
import { refuseUnknownVersion } from '../../render/known-version.ts';
import { equivalentCommand } from '../../wizard/command.ts';
import { type FinishedFile, finishFile, type OpenedFile, openFile } from '../../wizard/file.ts';
import type { WizardState } from '../../wizard/state.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl init', 'Answer questions and write difyctl.yaml; re-run to change the answers.'],
  [
    'difyctl init --non-interactive --tier test --target compose --url http://localhost',
    'Write the file from flags, as in a pipeline.',
  ],
];

/**
 * `difyctl init`: reads the answers from prompts, or from flags, variables and --set, and writes the deployment file.
 */
export function define(command: Command, context: CommandContext): void {
  command
    .option('--out <file>', 'the file to write or to edit (default: difyctl.yaml)')
    .option('--questions', 'print every question with its flag and variable, and write nothing')
    .action(async (options: { readonly out?: string; readonly questions?: boolean }) => {
      if (options.questions === true) return printQuestions(context);
      if (options.out === undefined && context.configIsInput === true) {
        throw new UserError('difyctl init writes a file, but -c - is standard input', {
          next: ['difyctl init --out FILE'],
        });
      }
      const path = options.out === undefined ? context.configPath : resolve(context.cwd, options.out);
      const opened = openFile(path, await readTextIfThere(path), context.overrides);
      const draft = context.terminal.interactive ? await askedAtTerminal(opened, context) : opened.draft;
      const finished = finishFile(opened, draft);
      refuseUnknownVersion(finished.deployment);
      context.signal.throwIfAborted();
      await saveDeployment(path, finished.text, opened.text);
      print(written(opened, draft, finished, context), context);
    });
}

async function printQuestions({ stdout }: CommandContext): Promise<void> {
  const { questionsPage } = await import('../../wizard/questions-page.ts');
  stdout.write(questionsPage());
}

async function askedAtTerminal(opened: OpenedFile, context: CommandContext): Promise<WizardState> {
  const { askAtTerminal } = await import('../input/init-terminal.ts');
  return askAtTerminal(opened, context);
}

interface Written {
  readonly file: string;
  readonly outcome: 'created' | 'changed' | 'unchanged';
  readonly finished: FinishedFile;
  readonly command: string;
  readonly next: string;
}

function written(opened: OpenedFile, draft: WizardState, finished: FinishedFile, { cwd }: CommandContext): Written {
  const file = relative(cwd, opened.path);
  const changed = finished.text === opened.text ? 'unchanged' : 'changed';
  return {
    file,
    outcome: opened.text === undefined ? 'created' : changed,
    finished,
    command: equivalentCommand(draft, file, { cwd, baseDirectory: dirname(opened.path) }),
    next: file === 'difyctl.yaml' ? 'difyctl preflight' : `difyctl preflight --config ${shellWord(file)}`,
  };
}

function print(result: Written, context: CommandContext): void {
  if (context.output === 'json') {
    context.stdout.write(documentText(documentOf(result, context.now())));
    return;
  }
  for (const { path, message } of result.finished.warnings)
    context.stderr.write(`  ! ${oneLine(`${path}: ${message}`)}\n`);
  if (context.quiet) return;
  const mark = context.terminal.unicode ? '✔' : 'ok';
  const outcome = { created: 'written', changed: 'changed', unchanged: 'is unchanged' }[result.outcome];
  const lines = [
    `  ${mark} ${result.file} ${outcome}. Next: ${result.next}`,
    ...(result.outcome === 'unchanged' ? [] : ['    Equivalent command:', `    ${result.command}`]),
  ];
  context.stdout.write(`${lines.join('\n')}\n`);
}

function documentOf({ file, outcome, finished, command, next }: Written, now: Date): Readonly<Record<string, unknown>> {
  const { deployment, changes, warnings } = finished;
  return printedDocument('Init', now, {
    file,
    outcome,
    deployment: deployment.name,
    tier: deployment.tier,
    target: deployment.target.type,
    changes: changes.map(({ path, value }) => ({ path: formatPath(path), value })),
    warnings,
    command,
    next: [next],
  });
}
