import type { Command } from 'commander';
import { UserError } from '../../base/errors.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { counted } from '../../base/words.ts';
import { applySecret } from '../../operations/apply-secret.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { confirm, requireInteractiveOrYes } from '../input/confirm.ts';
import { type Session, withPrepared } from '../input/session.ts';

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl secrets apply', 'Show the change of the Secret, ask for confirmation, and apply it.'],
  ['difyctl secrets apply --yes --context prod-eu', 'Apply it to one cluster without confirmation.'],
];

/** `difyctl secrets apply`: creates or updates only the Secret, for GitOps setups. */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('<what>', 'apply')
    .option('-y, --yes', 'do not ask')
    .action(async (what: string, { yes }: { readonly yes?: true }) => {
      if (what !== 'apply')
        throw new UserError('difyctl secrets has only the action apply', { next: ['difyctl secrets apply'] });
      await requireInteractiveOrYes(context, yes === true, 'difyctl secrets apply', 'difyctl plan');
      const work = async ({ prepared, target }: Session): Promise<void> => {
        const { deployment } = prepared;
        const rendered = prepared.rendered.value;
        if (rendered.target !== 'kubernetes') throw new UserError('a Compose deployment keeps its secrets in .env');
        const { name, data, externalKeys } = rendered.secret;
        const kind = externalKeys === undefined ? 'Secret' : 'ExternalSecret';
        const keys = externalKeys ?? Object.keys(data);
        const { now, signal } = context;
        const question = `Apply ${kind} ${name} (${counted(keys.length, 'key')})?`;
        const agree = async () => yes === true || confirm(context, question, []);
        const applied = await applySecret({ prepared, target, now, signal, agree, onProgress: () => undefined });
        if (!applied) return context.exit(EXIT.interrupted);
        context.stdout.write(`  ${kind} ${name} is applied for ${deployment.name}.\n`);
      };
      await withPrepared(context, { unreadable: 'stop', work });
    });
}
