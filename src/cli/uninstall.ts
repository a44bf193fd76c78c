import type { Command } from 'commander';
import { Interrupted, UserError } from '../base/errors.ts';
import { oneLine } from '../base/printable.ts';
import { API_VERSION, DIFYCTL_VERSION } from '../base/version.ts';
import { wrap } from '../base/wrap.ts';
import type { Bench } from '../install/prepare.ts';
import { uninstall } from '../install/uninstall.ts';
import type { Place } from '../targets/target.ts';
import { askToGoOn } from './confirm.ts';
import type { CommandContext } from './context.ts';
import { openPlace } from './prepared.ts';
import { progressView, resultStyle } from './progress.ts';

interface Options {
  readonly yes?: true;
}

/** A release without finalizers of its own is gone in seconds; storage drivers may take minutes. */
const DEFAULT_TIMEOUT_MS = 300_000;

/** `difyctl uninstall`: removes what was installed; claims, data and secrets are kept. */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[name]', 'the deployment, to be named beside --yes')
    .option('-y, --yes', 'do not ask; needs the name')
    .action(async (name: string | undefined, options: Options) => {
      const view = progressView(context);
      try {
        const { bench, target } = await openPlace(context);
        const agreed = isAgreed(context, bench, name, options);
        const place = await target.place(context.signal);
        if (!agreed) await ask(context, bench, place);
        const { now, signal, timeoutMs = DEFAULT_TIMEOUT_MS } = context;
        const { kept } = await uninstall({ bench, target, now, signal, timeoutMs, onProgress: view.onProgress });
        view.end();
        write(context, bench, place, kept);
      } finally {
        view.end();
      }
    });
}

/** Whether `--yes` and the name were given. Throws UserError where they contradict the file, or nobody could be asked: before anything is looked at. */
function isAgreed({ terminal }: CommandContext, bench: Bench, name: string | undefined, { yes }: Options): boolean {
  const own = bench.deployment.name;
  if (name !== undefined && name !== own) throw new UserError(`the file describes ${own}, and another name was given`);
  if (yes === true && name === own) return true;
  const command = `difyctl uninstall ${own} --yes`;
  if (yes === true) throw new UserError('--yes needs the name of what goes', { next: [command] });
  if (!terminal.interactive) throw new UserError('there is nobody to ask', { next: [command] });
  return false;
}

async function ask(context: CommandContext, bench: Bench, place: Place): Promise<void> {
  const facts = place.facts.map((fact) => oneLine(`${fact.name} ${fact.value}`)).join(', ');
  context.stderr.write(`  ${facts}\n`);
  const question = `Remove ${bench.deployment.name}? Claims, data and secrets are kept.`;
  if (!(await askToGoOn(context, question, []))) throw new Interrupted('declined; nothing was changed');
}

function write(context: CommandContext, bench: Bench, place: Place, kept: readonly string[]): void {
  const { name } = bench.deployment;
  if (context.output === 'json') {
    const head = { apiVersion: API_VERSION, kind: 'UninstallReport', difyctl: DIFYCTL_VERSION };
    const document = { ...head, time: context.now().toISOString(), deployment: name, place: place.facts, kept };
    context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return;
  }
  const { width } = resultStyle(context);
  const stays = wrap(`kept: ${kept.join(', ')}`, width, 2);
  const lines = [`  ${name} is removed.`, ...stays, '  difyctl install brings it back with the same data and secrets.'];
  context.stdout.write(`${lines.join('\n')}\n`);
}
