import type { Command } from 'commander';
import { documentText, printedDocument } from '../../base/document.ts';
import { UserError } from '../../base/errors.ts';
import { EXIT } from '../../base/exit-codes.ts';
import type { RepositoryOptions } from '../../operations/backup/repository.ts';
import { openDeployment } from '../../operations/open-deployment.ts';
import { openTarget } from '../../operations/open-target.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { confirm } from '../input/confirm.ts';
import { loadFile } from '../input/load-file.ts';
import { openInput } from '../input/session.ts';
import { dryRunText, madeText, pruneText, setRecord, setsText } from '../output/backup-text.ts';
import { progressView, resultStyle } from '../output/progress.ts';

interface Options {
  readonly all?: true;
  readonly dryRun?: true;
  readonly quiesce?: true;
  readonly withoutSecrets?: true;
  readonly yes?: true;
}

type View = ReturnType<typeof progressView>;

const ACTIONS = ['make', 'list', 'verify', 'prune'] as const;
/** Waiting for the target; transfers have their own limit. */
const DEFAULT_TIMEOUT_MS = 300_000;

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl backup', 'Make a set: databases, files, plugins, configuration and encrypted secrets.'],
  ['difyctl backup verify --all', 'Compare every set with its manifest, and read all data of the repository.'],
];

/** `difyctl backup`: makes, lists, verifies and prunes backup sets in the repository of the file. */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[action]', `${ACTIONS.join(', ')}; default: make`)
    .option('--dry-run', 'make or prune: show what would happen, and change nothing')
    .option('--quiesce', 'make: stop the processes that write while the set is made, then start them again')
    .option('--without-secrets', 'make: leave out SECRET_KEY and all other keys')
    .option('--all', 'verify: read all data, not only the share of this day')
    .option('-y, --yes', 'prune: do not ask for confirmation')
    .action(async (action: string | undefined, options: Options) => {
      const chosen = actionOf(action, options);
      const view = progressView(context);
      try {
        await RUN[chosen](context, view, options);
      } finally {
        view.end();
      }
    });
}

const RUN: Readonly<
  Record<(typeof ACTIONS)[number], (context: CommandContext, view: View, options: Options) => Promise<void>>
> = { make, list, verify, prune };

/** The options that each action accepts. */
const ACCEPTED: Readonly<Record<(typeof ACTIONS)[number], readonly (keyof Options)[]>> = {
  make: ['dryRun', 'quiesce', 'withoutSecrets', 'yes'],
  list: [],
  verify: ['all'],
  prune: ['dryRun', 'yes'],
};

function actionOf(word: string | undefined, options: Options): (typeof ACTIONS)[number] {
  const action = ACTIONS.find((known) => known === (word ?? 'make'));
  if (action === undefined) throw new UserError(`backup ${word}: one of ${ACTIONS.join(', ')}`);
  const foreign = (['all', 'dryRun', 'quiesce', 'withoutSecrets', 'yes'] as const).find(
    (name) => options[name] === true && !ACCEPTED[action].includes(name),
  );
  if (foreign === undefined) return action;
  const flag = foreign.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UserError(`--${flag} has no meaning for backup ${action}`, { next: ['difyctl backup --help'] });
}

async function open(context: CommandContext, view: View): Promise<RepositoryOptions & { readonly text: string }> {
  const loaded = await loadFile(context);
  const onNote = (text: string): void => view.onProgress({ type: 'note', level: 'warn', text });
  const opened = openDeployment({ ...openInput(context, loaded), onNote });
  return { opened, env: context.env, signal: context.signal, text: loaded.text };
}

async function make(context: CommandContext, view: View, { withoutSecrets, quiesce, dryRun }: Options): Promise<void> {
  const { text, ...input } = await open(context, view);
  const { makeBackup } = await import('../../operations/backup/make.ts');
  const { now, timeoutMs = DEFAULT_TIMEOUT_MS } = context;
  const { manifest, sources } = await makeBackup({
    ...{ ...input, now, timeoutMs, onProgress: view.onProgress },
    target: await openTarget(input.opened, now),
    file: text,
    withoutSecrets: withoutSecrets === true,
    quiesce: quiesce === true,
    dryRun: dryRun === true,
  });
  view.end();
  const report = { deployment: input.opened.deployment.name, dryRun: dryRun === true, manifest };
  const words = manifest === undefined ? dryRunText(sources) : madeText(manifest, resultStyle(context));
  print(context, 'BackupReport', report, words);
}

async function list(context: CommandContext, view: View): Promise<void> {
  const input = await open(context, view);
  const { listBackups } = await import('../../operations/backup/list.ts');
  const found = await listBackups(input);
  view.end();
  const { sets, unreadable, partial, unknown } = found;
  const report = {
    deployment: input.opened.deployment.name,
    sets: sets.map(setRecord),
    unreadable,
    partial: Object.keys(partial),
    unknown,
  };
  print(context, 'BackupList', report, setsText(found, context.now()));
}

async function verify(context: CommandContext, view: View, { all }: Options): Promise<void> {
  const input = await open(context, view);
  const { verifyBackups } = await import('../../operations/backup/verify.ts');
  const { now } = context;
  const found = await verifyBackups({ ...input, all: all === true, now, onProgress: view.onProgress });
  view.end();
  const { sets, unreadable, share } = found;
  const failed = sets.some(({ faults }) => faults.length > 0) || unreadable.length > 0;
  const report = { deployment: input.opened.deployment.name, share, failed, sets: sets.map(setRecord), unreadable };
  print(context, 'BackupReport', report, setsText(found, context.now()));
  if (failed) context.exit(EXIT.rehearsal);
}

async function prune(context: CommandContext, view: View, { dryRun, yes }: Options): Promise<void> {
  const input = await open(context, view);
  const { terminal, now } = context;
  if (yes !== true && dryRun !== true && !terminal.interactive) {
    throw new UserError('cannot prompt', { next: ['difyctl backup prune --yes'] });
  }
  const { pruneBackups } = await import('../../operations/backup/prune.ts');
  const plan = await pruneBackups({
    ...{ ...input, now, dryRun: dryRun === true, onProgress: view.onProgress },
    confirm: async (shown) => {
      view.pause();
      context.stderr.write(pruneText(shown, 'would be removed'));
      return yes === true || confirm(context, 'Remove these sets?', []);
    },
  });
  view.end();
  const { removed, kept, partial, damaged, old } = plan;
  const { name: deployment } = input.opened.deployment;
  const report = { deployment, dryRun: dryRun === true, removed, kept, partial, damaged, oldVersions: old };
  print(context, 'BackupReport', report, pruneText(plan, dryRun === true ? 'would be removed' : 'removed'));
}

function print(context: CommandContext, kind: 'BackupReport' | 'BackupList', report: object, text: string): void {
  const document = documentText(printedDocument(kind, context.now(), report));
  context.stdout.write(context.output === 'json' ? document : text);
}
