import type { Command } from 'commander';
import { documentText, printedDocument } from '../../base/document.ts';
import { oneLine } from '../../base/printable.ts';
import { wrap } from '../../base/wrap.ts';
import type { DeploymentContext } from '../../operations/open-deployment.ts';
import { type Uninstalled, type UninstallOptions, uninstall } from '../../operations/uninstall.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { confirm, isAgreedByName } from '../input/confirm.ts';
import { openTargetOnly } from '../input/session.ts';
import { progressView, resultStyle } from '../output/progress.ts';
import { removalText } from '../output/removal-text.ts';

interface Options {
  readonly yes?: true;
}

/** A release without finalizers is deleted within seconds; storage drivers may need minutes. */
const DEFAULT_TIMEOUT_MS = 300_000;

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl uninstall dify', 'Show what would be removed, ask for confirmation, and remove it.'],
  ['difyctl uninstall dify --yes', 'Remove it without confirmation; claims, data and secrets are kept.'],
];

/** `difyctl uninstall`: removes the installation. Claims, data and secrets are kept. */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[name]', 'the name of the deployment; required with --yes')
    .option('-y, --yes', 'do not ask for confirmation; requires the name')
    .action(async (name: string | undefined, options: Options) => {
      const view = progressView(context);
      try {
        const { opened, target } = await openTargetOnly(context, (text) =>
          view.onProgress({ type: 'note', level: 'warn', text }),
        );
        const agreed = isAgreedByName(context, 'uninstall', opened.deployment.name, name, options.yes === true);
        const { now, signal, timeoutMs = DEFAULT_TIMEOUT_MS } = context;
        const confirm: UninstallOptions['confirm'] = async (plan, again) => {
          view.pause();
          // A prompt needs the plan, so it is shown even with --quiet.
          if (!context.quiet || !agreed) context.stderr.write(removalText(plan, context.terminal));
          return agreed || ask(context, opened, again);
        };
        const done = await uninstall({ opened, target, now, signal, timeoutMs, onProgress: view.onProgress, confirm });
        view.end();
        write(context, opened, done);
      } finally {
        view.end();
      }
    });
}

function ask(context: CommandContext, opened: DeploymentContext, again: boolean): Promise<boolean> {
  const { name } = opened.deployment;
  const more = again ? 'More objects would be deleted than shown before. ' : '';
  return confirm(context, `${more}Remove ${name}? Claims, data and secrets are kept.`, []);
}

function write(
  context: CommandContext,
  opened: DeploymentContext,
  { place, removal, kept, wasInstalled }: Uninstalled,
): void {
  const { name } = opened.deployment;
  if (context.output === 'json') {
    const removed = removal.map(({ kind, name: own }) => ({ kind, name: own }));
    const facts = { deployment: name, location: place.facts, removed, kept };
    context.stdout.write(documentText(printedDocument('UninstallReport', context.now(), facts)));
    return;
  }
  if (!wasInstalled) {
    const within = `${place.target === 'kubernetes' ? 'namespace' : 'directory'} ${place.identity.within}`;
    context.stdout.write(`  ${oneLine(`${name} is not installed in ${within}`)}: nothing was removed.\n`);
    return;
  }
  const { width } = resultStyle(context);
  const stays = wrap(`kept: ${kept.join(', ')}`, width, 2);
  const lines = [
    `  ${name} is removed.`,
    ...stays,
    '  difyctl install installs it again with the same data and secrets.',
  ];
  context.stdout.write(`${lines.join('\n')}\n`);
}
