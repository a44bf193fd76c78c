import type { Command } from 'commander';
import { documentText, printedDocument } from '../../base/document.ts';
import type { Problem } from '../../base/errors.ts';
import type { LoadedDeployment } from '../../deployment/load.ts';
import { refuseUnknownVersion } from '../../render/known-version.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { loadFile } from '../input/load-file.ts';

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl validate', 'Check difyctl.yaml without a cluster and without secrets.'],
  ['difyctl validate -c - < difyctl.yaml', 'Check the file from standard input.'],
];

/** `difyctl validate`: checks the file alone. */
export function define(command: Command, context: CommandContext): void {
  command.action(async () => {
    const loaded = await loadFile(context);
    refuseUnknownVersion(loaded.deployment);
    if (context.output === 'json') context.stdout.write(documentText(validationDocument(loaded, context.now())));
    else context.stdout.write(validationText(loaded, context));
  });
}

function validationDocument(loaded: LoadedDeployment, now: Date): Readonly<Record<string, unknown>> {
  const { deployment, path, warnings } = loaded;
  return printedDocument('Validation', now, {
    file: path,
    deployment: deployment.name,
    tier: deployment.tier,
    target: deployment.target.type,
    valid: true,
    warnings,
  });
}

function validationText({ deployment, path, warnings }: LoadedDeployment, { quiet, terminal }: CommandContext): string {
  if (quiet && warnings.length === 0) return '';
  const mark = terminal.unicode ? '✔' : 'ok';
  const { name, tier, target } = deployment;
  return [
    `  ${mark} ${path} is valid: ${name}, ${tier}, ${target.type}`,
    ...warnings.map((warning) => `  ! ${warningLine(warning)}`),
    '',
  ].join('\n');
}

function warningLine({ path, message, line, column }: Problem): string {
  const place = line === undefined ? '' : `${line}:${column ?? 1}  `;
  return `${place}${path}  ${message}`;
}
