import type { Command } from 'commander';
import { UserError } from '../../base/errors.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { counted } from '../../base/words.ts';
import { applySecret } from '../../operations/apply-secret.ts';
import type { CommandContext } from '../frame/context.ts';
import { askToGoOn, requireAnswer } from '../input/confirm.ts';
import { withPrepared } from '../input/prepared.ts';

/** `difyctl secrets apply`: creates or updates only the Secret, for GitOps setups. */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('<what>', 'apply')
    .option('-y, --yes', 'do not ask')
    .action(async (what: string, { yes }: { readonly yes?: true }) => {
      if (what !== 'apply')
        throw new UserError('difyctl secrets knows apply alone', { next: ['difyctl secrets apply'] });
      await requireAnswer(context, yes === true, 'difyctl secrets apply', 'difyctl plan');
      await withPrepared(context, 'stop', async ({ prepared, target }) => {
        const { rendered, secrets, deployment } = prepared;
        if (rendered.target !== 'kubernetes') throw new UserError('a Compose deployment keeps its secrets in .env');
        if (secrets.unresolved.length > 0) {
          const problems = secrets.unresolved.map(({ path, reason }) => ({ path, message: reason }));
          throw new UserError('secrets are missing, so nothing was applied', { exitCode: EXIT.preflight, problems });
        }
        const { name } = rendered.secret;
        const { now, signal } = context;
        const question = `Apply Secret ${name} (${counted(Object.keys(rendered.secret.data).length, 'key')})?`;
        if (yes !== true && !(await askToGoOn(context, question, []))) return context.exit(EXIT.interrupted);
        await applySecret({ prepared, target, now, signal, onProgress: () => undefined });
        context.stdout.write(`  Secret ${name} is applied for ${deployment.name}.\n`);
      });
    });
}
