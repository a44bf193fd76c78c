import { resolve } from 'node:path';
import type { Command } from 'commander';
import { documentText, printedDocument } from '../../base/document.ts';
import { UserError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { oneLine } from '../../base/printable.ts';
import { makeRunbook } from '../../operations/runbook.ts';
import { runbookChapters } from '../../runbook/runbook.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { loadFile } from '../input/load-file.ts';

interface Options {
  readonly report?: string;
}

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl runbook > runbook.md', 'Write the runbook in Markdown.'],
  ['difyctl runbook --report runbook.html', 'Also write it as a page for browsers and for paper.'],
];

/** `difyctl runbook`: writes the steps of recovery of this deployment. Reads only the file and the records beside it. */
export function define(command: Command, context: CommandContext): void {
  command
    .option('--report <file>', 'also write it there, as Markdown (.md) or as a page (.html)')
    .action(async ({ report }: Options) => {
      const file = report === undefined ? undefined : reportFile(report, context.cwd);
      const loaded = await loadFile(context);
      const path = context.configIsInput === true ? 'difyctl.yaml' : loaded.path;
      const { text, unreadable } = await makeRunbook({ ...loaded, path }, context.now());
      for (const note of unreadable) context.stderr.write(`  ! ${oneLine(`this record cannot be read: ${note}`)}\n`);
      const { name, tier, target } = loaded.deployment;
      if (file !== undefined) {
        const { runbookHtml } = await import('../../report/html/runbook.ts');
        const content = file.isPage ? runbookHtml(name, text) : text;
        await writeFileAtomic(file.path, context.redact(content));
      }
      const json = () => {
        const facts = { deployment: name, tier, target: target.type, chapters: runbookChapters(text) };
        return documentText(printedDocument('Runbook', context.now(), facts));
      };
      context.stdout.write(context.output === 'json' ? json() : text);
    });
}

function reportFile(file: string, cwd: string): { readonly path: string; readonly isPage: boolean } {
  if (/\.(?:html?|md|markdown)$/i.test(file)) return { path: resolve(cwd, file), isPage: /\.html?$/i.test(file) };
  throw new UserError(`--report ${file}: the file's ending must be .md or .html; -o json prints the document`);
}
