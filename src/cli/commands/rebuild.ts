import { resolve } from 'node:path';
import type { Command } from 'commander';
import { documentText, printedDocument } from '../../base/document.ts';
import { UserError } from '../../base/errors.ts';
import { counted } from '../../base/words.ts';
import type { InstallOptions } from '../../operations/options.ts';
import { prepare, requireRendered } from '../../operations/prepare.ts';
import { type Rebuilt, rebuild, refuseRebuild } from '../../operations/rebuild.ts';
import { redactedReport } from '../../report/redacted.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { askName, isAgreedByName } from '../input/confirm.ts';
import { openInput, withPrepared } from '../input/session.ts';
import { installText } from '../output/install-text.ts';
import { progressView, resultStyle } from '../output/progress.ts';
import { removalText } from '../output/removal-text.ts';
import { restoredText } from '../output/restore-text.ts';

interface Options {
  readonly from?: string;
  readonly identity?: string;
  readonly yes?: true;
}

/** As for an install. */
const DEFAULT_TIMEOUT_MS = 600_000;

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl rebuild dify', 'Show what would be deleted, ask for the name, and install an empty Dify.'],
  [
    'difyctl rebuild dify --from latest --identity backup-key.txt --yes',
    'Replace the data by the newest backup set, without confirmation.',
  ],
];

/** `difyctl rebuild`: deletes a test installation with its data, and installs it again. */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[name]', 'the name of the deployment; required with --yes')
    .option('--from <set>', 'restore this backup set, or latest, before the install')
    .option('--identity <file>', 'with --from: file with the age key that opens the secrets of the set')
    .option('-y, --yes', 'do not ask for confirmation; requires the name')
    .action(async (name: string | undefined, options: Options) => {
      if (options.identity !== undefined && options.from === undefined)
        throw new UserError('--identity needs --from', { next: ['add --from latest'] });
      const view = progressView(context);
      const onNote = (text: string): void => view.onProgress({ type: 'note', level: 'warn', text });
      let agreed = false;
      try {
        const rebuilt = await withPrepared(context, {
          unreadable: 'stop',
          onNote,
          refuse: (deployment) => {
            refuseRebuild(deployment);
            agreed = isAgreedByName(context, 'rebuild', deployment.name, name, options.yes === true);
          },
          work: ({ prepared, target, loaded }) => {
            const { env, now, signal, timeoutMs = DEFAULT_TIMEOUT_MS, cwd } = context;
            const install: InstallOptions = {
              ...{ prepared, target, env, now, signal, timeoutMs, onProgress: view.onProgress },
              ...{ dryRun: false, atomic: false, deep: false, commits: true, from: 'local', rehearse: undefined },
              ...{ only: [], skip: [], show: () => undefined, onCheckEvent: () => undefined },
              confirm: async () => true,
            };
            const { from: set, identity: key } = options;
            const identity = key === undefined ? undefined : resolve(cwd, key);
            return rebuild({
              install,
              prepareAgain: async () =>
                requireRendered(await prepare({ ...openInput(context, loaded), unreadable: 'stop', signal })),
              from: set === undefined ? undefined : { set, identity },
              confirm: async (plan, again) => {
                view.pause();
                if (!context.quiet || !agreed) context.stderr.write(removalText(plan, context.terminal));
                if (agreed) return true;
                const more = again ? 'More would be deleted than shown before. ' : '';
                const own = prepared.deployment.name;
                return askName(context, `${more}All data is deleted. Type ${own} to rebuild it`, own);
              },
            });
          },
        });
        view.end();
        write(context, rebuilt);
        context.exit(rebuilt.exitCode);
      } finally {
        view.end();
      }
    });
}

function write(context: CommandContext, { place, removal, restore, install, exitCode }: Rebuilt): void {
  const isBlocked = install.outcome === 'blocked';
  if (context.output === 'json') {
    const { preflight, postflight } = install;
    const report = {
      ...install,
      preflight: redactedReport(preflight, context.redact),
      ...(postflight === undefined ? {} : { postflight: redactedReport(postflight, context.redact) }),
    };
    const facts = {
      ...{ deployment: install.deployment, location: place.facts, exitCode },
      deleted: isBlocked ? [] : removal.map(({ kind, name }) => ({ kind, name })),
      ...(restore === undefined ? {} : { set: restore.plan.set, invariants: restore.invariants }),
      install: report,
    };
    context.stdout.write(documentText(printedDocument('RebuildReport', context.now(), facts)));
    return;
  }
  if (!isBlocked) {
    const objects = counted(removal.length, 'object was', 'objects were');
    context.stdout.write(`  ${objects} deleted, with all data.\n`);
  }
  if (restore !== undefined) context.stdout.write(restoredText(restore, resultStyle(context)));
  context.stdout.write(installText(install, context));
}
