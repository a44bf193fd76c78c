import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { isProven } from '../../backup/invariants/judge.ts';
import { documentText, printedDocument } from '../../base/document.ts';
import { UserError } from '../../base/errors.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { primaryOf } from '../../deployment/primary.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { PromoteResult, Promotion } from '../../operations/promote/options.ts';
import type { InstallReport } from '../../operations/report.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { addSelectionOptions, readSelection } from '../input/check-options.ts';
import { askName, requireInteractiveOrYes } from '../input/confirm.ts';
import { refuseUnnamedContext, runInstall } from '../input/run-install.ts';
import { openingNotes, openTargetOnly, withPrepared } from '../input/session.ts';
import { refuseFuture, statedTime } from '../input/stated-time.ts';
import { type ProgressView, progressView } from '../output/progress.ts';
import { promoteText, promotionText } from '../output/promote-text.ts';

interface Options {
  readonly at?: Date;
  readonly identity?: string;
  readonly primary?: string;
  readonly dryRun?: true;
  readonly yes?: true;
}

/** Pulling the image of the database and its first start take minutes; transfers have their own limit. */
const DEFAULT_TIMEOUT_MS = 600_000;
/** Checks of what the primary made: in a disaster its sets are older than the plan says. */
const OF_THE_PRIMARY = ['recovery.standby.*', 'recovery.backup.*'];

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl promote -c standby.yaml --dry-run', 'Show how the primary answers, and what would be restored and where.'],
  [
    'difyctl promote -c standby.yaml --identity backup-key.txt',
    'Restore the newest set of the primary, install and verify, after a confirmation.',
  ],
];

/** `difyctl promote`: makes the standby region of the file the primary. */
export function define(command: Command, context: CommandContext): void {
  addSelectionOptions(command)
    .argument('[set]', 'id of the backup set, or latest; default: latest')
    .addOption(new Option('--at <time>', 'restore to this time, such as 2026-11-29T02:15:00Z').argParser(statedTime))
    .option('--identity <file>', 'file with the age key that opens the secrets of the set')
    .option('--primary <name>', 'the name of the primary, which confirms that it is stopped or lost')
    .option('--dry-run', 'show the plan, and change nothing')
    .option('-y, --yes', 'do not ask for confirmation; requires --primary')
    .action(async (set: string | undefined, options: Options) => {
      const { at, identity } = options;
      refuseFuture(at, context.now());
      const isAgreed = options.yes === true;
      const dryRun = options.dryRun === true;
      const [named, look] = ['difyctl promote --primary NAME', 'difyctl promote --dry-run'];
      if (!dryRun) await requireInteractiveOrYes(context, isAgreed, named, look);
      const view = progressView(context);
      try {
        const onNote = (text: string): void => view.onProgress({ type: 'note', level: 'warn', text });
        const { opened, target } = await openTargetOnly(context, onNote);
        if (!dryRun) refuseName(opened.deployment, options);
        if (isAgreed) refuseUnnamedContext(opened.deployment);
        const { now, signal, env, timeoutMs = DEFAULT_TIMEOUT_MS, cwd } = context;
        const { promote } = await import('../../operations/promote/promote.ts');
        const result = await promote({
          ...{ opened, target, set, at, dryRun, env, now, signal, timeoutMs, onProgress: view.onProgress },
          identity: identity === undefined ? undefined : resolve(cwd, identity),
          confirm: (promotion, again) => {
            view.pause();
            if (!context.quiet || !isAgreed) show(context, promotion);
            return isAgreed ? Promise.resolve(true) : ask(context, promotion, again);
          },
          install: () => installData(context, view, readSelection(command.opts())),
        });
        view.end();
        write(context, result);
        context.exit(exitOf(result));
      } finally {
        view.end();
      }
    });
}

function installData(
  context: CommandContext,
  view: ProgressView,
  { only, skip }: ReturnType<typeof readSelection>,
): Promise<InstallReport> {
  const how = { only, skip: [...skip, ...OF_THE_PRIMARY], from: 'local', deep: false } as const;
  // A repository in the region of the primary may be lost too; the next install commits.
  const choices = { ...how, yes: true, dryRun: false, atomic: false, rehearse: false, commit: false };
  const onNote = (text: string): void => view.onProgress({ type: 'note', level: 'warn', text });
  return withPrepared(context, {
    unreadable: 'stop',
    onNote,
    work: async (session) => {
      for (const text of openingNotes(session)) onNote(text);
      return runInstall(context, session, choices, view);
    },
  });
}

/** Throws UserError if `--primary` is not the primary of the file, or if `--yes` has no `--primary`. */
function refuseName(deployment: Deployment, { primary, yes }: Options): void {
  const name = primaryOf(deployment)?.name;
  if (name === undefined) return;
  if (primary !== undefined && primary !== name)
    throw new UserError(`the primary of the file is ${name}, not the given name`);
  if (yes === true && primary === undefined)
    throw new UserError('--yes requires the name of the primary, which confirms that it is stopped or lost', {
      next: [`difyctl promote --yes --primary ${name}`],
    });
}

/** Writes the plan to stderr, also if `--yes` was given. */
function show(context: CommandContext, promotion: Promotion): void {
  const { terminal, stderr } = context;
  stderr.write(
    promotionText(promotion, { color: terminal.stderrColor, unicode: terminal.unicode, width: terminal.width }),
  );
}

function ask(context: CommandContext, { primary }: Promotion, again: boolean): Promise<boolean> {
  const changed = again ? 'The plan has changed. ' : '';
  const question = `${changed}Type ${primary.name} to confirm that the primary is stopped or lost, and to promote`;
  return askName(context, question, primary.name);
}

function exitOf({ outcome, invariants, install }: PromoteResult): InstallReport['exitCode'] {
  if (outcome === 'unproven' || (invariants.length > 0 && !isProven(invariants))) return EXIT.postflight;
  return install?.exitCode ?? EXIT.done;
}

function write(context: CommandContext, result: PromoteResult): void {
  if (context.output !== 'json') {
    context.stdout.write(promoteText(result, context));
    return;
  }
  const { promotion, outcome, restore, invariants, install, next } = result;
  const { primary, seen, stage } = promotion;
  const report = {
    ...{ primary: primary.name, seen, stage, outcome },
    set: restore?.plan.set,
    plan: restore?.plan.steps,
    steps: restore?.steps,
    newest: restore?.newest,
    ...{ invariants, notRestored: restore?.plan.left },
    install: install && { outcome: install.outcome, revision: install.revision, exitCode: install.exitCode },
    postflight: install?.postflight?.summary,
    next,
  };
  context.stdout.write(documentText(printedDocument('PromoteReport', context.now(), report)));
}
