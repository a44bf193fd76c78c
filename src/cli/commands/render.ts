import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../base/errors.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { oneLine } from '../../base/printable.ts';
import { API_VERSION, DIFYCTL_VERSION } from '../../base/version.ts';
import { counted } from '../../base/words.ts';
import type { UnresolvedSecret } from '../../deployment/secrets.ts';
import { type Prepared, prepare } from '../../operations/prepare.ts';
import { type WrittenSet, writeSet } from '../../operations/write-set.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { loadFile } from '../input/load-file.ts';

interface Options {
  readonly out: string;
  readonly force?: true;
}

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl render --out rendered', 'Write the files that an install would use.'],
  ['difyctl render --out rendered --force', 'Write them again over those of an earlier run.'],
];

/** `difyctl render`: writes what an install would use, and lists it. */
export function define(command: Command, context: CommandContext): void {
  command
    .requiredOption('--out <dir>', 'the folder to write into')
    .option('--force', 'overwrite files there that difyctl did not write')
    .action(async (options: Options) => {
      const directory = resolve(context.cwd, options.out);
      const { deployment, baseDirectory, warnings } = await loadFile(context);
      const { env, kubeconfig, kubeContext, signal, protect } = context;
      const prepared = await prepare({
        deployment,
        baseDirectory,
        env,
        kubeconfig,
        context: kubeContext,
        unreadable: 'warn',
        signal,
        protect,
      });
      try {
        refuseUnresolved(prepared.secrets.unresolved);
        const written = await writeSet(directory, prepared.rendered.files, options.force === true);
        await prepared.keepSecrets();
        const notes = [
          ...warnings.map(({ path, message }) => `${path}: ${message}`),
          ...prepared.notes,
          ...madeNote(prepared),
        ];
        report(context, prepared, directory, written, notes);
      } finally {
        await prepared.dispose();
      }
    });
}

/** Nothing that holds a placeholder is written. */
function refuseUnresolved(unresolved: readonly UnresolvedSecret[]): void {
  if (unresolved.length === 0) return;
  const count = counted(unresolved.length, 'secret was', 'secrets were');
  throw new UserError(`${count} not found; nothing was written`, {
    exitCode: EXIT.preflight,
    problems: unresolved.map(({ path, reason }) => ({ path, message: reason })),
    next: ['difyctl checks explain config.secrets'],
  });
}

function madeNote({ secrets, paths }: Prepared): readonly string[] {
  const { made } = secrets;
  return made.length === 0
    ? []
    : [`${counted(made.length, 'secret was', 'secrets were')} generated and kept in ${paths.secrets} (0600)`];
}

function report(
  context: CommandContext,
  { deployment, rendered }: Prepared,
  directory: string,
  { files, digest, removed }: WrittenSet,
  notes: readonly string[],
): void {
  if (context.output === 'json') {
    const document = {
      apiVersion: API_VERSION,
      kind: 'RenderedSet',
      difyctl: DIFYCTL_VERSION,
      time: context.now().toISOString(),
      deployment: deployment.name,
      target: rendered.target,
      directory,
      digest,
      files,
      removed,
      notes,
    };
    context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
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
