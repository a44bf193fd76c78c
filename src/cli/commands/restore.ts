import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { isProven } from '../../backup/invariants/judge.ts';
import { RESTORED_PARTS, type RestoredPart } from '../../backup/restore/restore-plan.ts';
import { documentText, printedDocument } from '../../base/document.ts';
import { UserError } from '../../base/errors.ts';
import { EXIT } from '../../base/exit-codes.ts';
import type { RestoreOptions, RestorePlan } from '../../operations/restore/options.ts';
import type { RestoreResult } from '../../operations/restore/restore.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { RepeatableOption } from '../frame/repeatable-option.ts';
import { askName, confirm, requireInteractiveOrYes } from '../input/confirm.ts';
import { openTargetOnly } from '../input/session.ts';
import { refuseFuture, statedTime } from '../input/stated-time.ts';
import { progressView, resultStyle } from '../output/progress.ts';
import { restoredText, restorePlanText } from '../output/restore-text.ts';

interface Options {
  readonly at?: Date;
  readonly identity?: string;
  readonly part?: readonly string[];
  readonly knowledgeBase?: string;
  readonly dryRun?: true;
  readonly yes?: true;
}

/** Pulling the image of the database and its first start take minutes; transfers have their own limit. */
const DEFAULT_TIMEOUT_MS = 600_000;

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl restore latest --dry-run', 'Show what would be restored, and where; change nothing.'],
  [
    'difyctl restore --at 2026-11-29T02:15:00Z --identity backup-key.txt',
    'Restore to a stated time, with the secrets.',
  ],
];

/** `difyctl restore`: restores a backup set into the place that the file describes. */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[set]', 'id of the backup set, or latest')
    .addOption(new Option('--at <time>', 'restore to this time, such as 2026-11-29T02:15:00Z').argParser(statedTime))
    .option('--identity <file>', 'file with the age key that opens the secrets of the set')
    .addOption(
      new RepeatableOption('--part <parts>', `restore only these: ${RESTORED_PARTS.join(', ')}`, (text) =>
        text.split(',').map((word) => word.trim()),
      ),
    )
    .option('--knowledge-base <id>', 'with --part vectors: only the vectors of this knowledge base')
    .option('--dry-run', 'show the plan, and change nothing')
    .option('-y, --yes', 'do not ask for confirmation; over existing data, it requires --name')
    .action(async (named: string | undefined, options: Options) => {
      const { at } = options;
      const set = named ?? 'latest';
      refuseMoment(named, at, context.now());
      const parts = partsOf(options.part ?? []);
      const knowledgeBase = knowledgeBaseOf(options.knowledgeBase, parts);
      const isAgreed = options.yes === true;
      if (options.dryRun !== true)
        await requireInteractiveOrYes(context, isAgreed, `difyctl restore ${set}`, `difyctl restore ${set} --dry-run`);
      const view = progressView(context);
      try {
        const onNote = (text: string): void => view.onProgress({ type: 'note', level: 'warn', text });
        const { opened, target } = await openTargetOnly(context, onNote);
        const { now, signal, env, timeoutMs = DEFAULT_TIMEOUT_MS, cwd } = context;
        const byName = isAgreed && context.overrides.flags.some(({ flag }) => flag === '--name');
        const { restoreDeployment } = await import('../../operations/restore/restore.ts');
        const result = await restoreDeployment({
          ...{
            opened,
            target,
            set,
            at,
            parts,
            knowledgeBase,
            env,
            now,
            signal,
            timeoutMs,
            byName,
            onProgress: view.onProgress,
          },
          identity: options.identity === undefined ? undefined : resolve(cwd, options.identity),
          dryRun: options.dryRun === true,
          mayAsk: !isAgreed,
          confirm: async (plan, again) => {
            view.pause();
            if (!context.quiet || !isAgreed) show(context, plan);
            return isAgreed || ask(context, plan, again);
          },
        });
        view.end();
        write(context, result);
        if (!isVerified(result, parts)) context.exit(EXIT.postflight);
      } finally {
        view.end();
      }
    });
}

/** True if the restored data is proven; after a restore of some parts, what cannot be read yet proves nothing. */
function isVerified({ outcome, invariants }: RestoreResult, parts: readonly RestoredPart[]): boolean {
  if (outcome === 'dry-run') return true;
  return parts.length === 0 ? isProven(invariants) : invariants.every(({ status }) => status !== 'fail');
}

/** Throws UserError if the command names neither a set nor a time, or a time in the future. */
function refuseMoment(set: string | undefined, at: Date | undefined, now: Date): void {
  if (set === undefined && at === undefined)
    throw new UserError('the command names neither a set nor a time', {
      next: ['difyctl restore latest', 'difyctl restore --at 2026-11-29T02:15:00Z'],
    });
  refuseFuture(at, now);
}

/** Returns the parts in the order of a restore. Throws UserError for a part that a restore does not write. */
function partsOf(names: readonly string[]): readonly RestoredPart[] {
  const unknown = names.find((name) => !RESTORED_PARTS.some((known) => known === name));
  if (unknown !== undefined)
    throw new UserError(`--part ${unknown}: one of ${RESTORED_PARTS.join(', ')}`, {
      next: ['the configuration is for people: docs/restore.md'],
    });
  return RESTORED_PARTS.filter((known) => names.includes(known));
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Returns the id. Throws UserError if it is not an id of Dify, or if other parts are restored too. */
function knowledgeBaseOf(id: string | undefined, parts: readonly RestoredPart[]): string | undefined {
  if (id === undefined) return undefined;
  if (!UUID.test(id))
    throw new UserError(`--knowledge-base ${id}: not the id of a knowledge base`, {
      next: ['take the id from the address of the knowledge base in Dify: /datasets/ID/documents'],
    });
  if (parts.join() !== 'vectors')
    throw new UserError('--knowledge-base restores vectors only', { next: ['add --part vectors'] });
  return id.toLowerCase();
}

/** Writes the plan to stderr, also if `--yes` was given. */
function show(context: CommandContext, plan: RestorePlan): void {
  const { terminal, stderr } = context;
  const style = { color: terminal.stderrColor, unicode: terminal.unicode, width: terminal.width };
  stderr.write(restorePlanText(plan, style));
}

/** Asks for a yes, or for the name of the deployment if existing data would be replaced. */
function ask(context: CommandContext, plan: RestorePlan, again: boolean): ReturnType<RestoreOptions['confirm']> {
  const { deployment, set, steps } = plan;
  const changed = again ? 'The plan has changed. ' : '';
  if (!steps.some(({ occupied }) => occupied)) return confirm(context, `${changed}Restore ${set}?`, []);
  return askName(context, `${changed}Existing data is replaced. Type ${deployment} to restore over it`, deployment);
}

function write(context: CommandContext, result: RestoreResult): void {
  if (context.output === 'json') {
    const { plan, outcome, revision, steps, newest, invariants, next } = result;
    const { deployment, set, commonPoint, reach, dify, place, left, resumes } = plan;
    const facts = { deployment, set, commonPoint, reach, dify, outcome, revision, resumes, location: place.facts };
    const report = { ...facts, plan: plan.steps, steps, newest, invariants, notRestored: left, next };
    context.stdout.write(documentText(printedDocument('RestoreReport', context.now(), report)));
    return;
  }
  const style = resultStyle(context);
  context.stdout.write(
    result.outcome === 'dry-run'
      ? `${restorePlanText(result.plan, style)}  nothing was changed\n`
      : restoredText(result, style),
  );
}
