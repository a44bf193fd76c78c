import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { documentText, printedDocument } from '../../base/document.ts';
import { oneLine } from '../../base/printable.ts';
import { counted } from '../../base/words.ts';
import {
  type PreparedDeployment,
  prepare,
  type RenderedDeployment,
  requireRendered,
} from '../../operations/prepare.ts';
import { requireResolved } from '../../operations/require-resolved.ts';
import { type WrittenSet, writeSet } from '../../operations/write-set.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { loadFile } from '../input/load-file.ts';
import { openInput } from '../input/session.ts';

interface Options {
  readonly out: string;
  readonly force?: true;
}

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl render --out rendered', 'Write the files that an install would use.'],
  ['difyctl render --out rendered --force', 'Overwrite the files of an earlier run.'],
];

/** `difyctl render`: writes the files that an install would use, and lists them. */
export function define(command: Command, context: CommandContext): void {
  command
    .requiredOption('--out <dir>', 'the output folder')
    .option('--force', 'overwrite files that difyctl did not write')
    .action(async (options: Options) => {
      const directory = resolve(context.cwd, options.out);
      const loaded = await loadFile(context);
      const prepared = await prepare({ ...openInput(context, loaded), unreadable: 'warn', signal: context.signal });
      try {
        const rendered = requireRendered(prepared);
        requireResolved(rendered, 'written');
        const written = await writeSet(directory, rendered.rendered.value.files, options.force === true);
        await prepared.keepSecrets();
        const notes = [
          ...loaded.warnings.map(({ path, message }) => `${path}: ${message}`),
          ...prepared.notes,
          ...madeNote(prepared),
        ];
        report(context, rendered, directory, written, notes);
      } finally {
        await prepared.dispose();
      }
    });
}

function madeNote({ secrets, paths }: PreparedDeployment): readonly string[] {
  const { made } = secrets;
  return made.length === 0
    ? []
    : [`${counted(made.length, 'secret was', 'secrets were')} generated and kept in ${paths.secrets} (0600)`];
}

function report(
  context: CommandContext,
  { deployment, rendered }: RenderedDeployment,
  directory: string,
  { files, digest, removed }: WrittenSet,
  notes: readonly string[],
): void {
  if (context.output === 'json') {
    const document = printedDocument('RenderedSet', context.now(), {
      deployment: deployment.name,
      target: rendered.value.target,
      directory,
      digest,
      files,
      removed,
      notes,
    });
    context.stdout.write(documentText(document));
    return;
  }
  const mark = context.terminal.unicode ? '✔' : 'ok';
  const place = relative(context.cwd, directory) || '.';
  for (const note of notes) context.stderr.write(`  ! ${oneLine(note)}\n`);
  const lines = [
    `  ${mark} render      ${counted(files.length, 'file')} in ${place}, sha256 ${digest.slice(0, 12)}`,
    ...files.map(({ path, mode, bytes }) => `    ${mode}  ${String(bytes).padStart(7)}  ${path}`),
    ...removed.map((path) => `    removed        ${path}`),
  ];
  context.stdout.write(`${lines.slice(0, context.quiet ? 1 : lines.length).join('\n')}\n`);
}
