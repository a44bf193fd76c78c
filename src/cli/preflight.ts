import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../base/errors.ts';
import { type Redact, redactor } from '../base/redact.ts';
import { TIERS, type Tier } from '../checklist/tiers.ts';
import type { CheckReport } from '../checks/check.ts';
import { type CheckRun, runChecks } from '../checks/engine.ts';
import { reportExitCode } from '../checks/exit.ts';
import { CHECKS } from '../checks/registry.ts';
import { type LoadedDeployment, loadDeployment } from '../deployment/load.ts';
import { readOverrides } from '../deployment/overrides.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { CollectContext } from '../evidence/evidence.ts';
import { dialHere } from '../evidence/probe/dial.ts';
import { COLLECTORS } from '../evidence/registry.ts';
import { readEvidence, SAVED_DEPLOYMENT, saveEvidence } from '../evidence/saved.ts';
import { createRunner } from '../exec/execa-runner.ts';
import { runPreflight } from '../install/preflight.ts';
import { prepareToLook } from '../install/prepare.ts';
import { addSelectionOptions, readSelection, type Selection } from './check-options.ts';
import { publishReport, startChecklist } from './check-output.ts';
import type { CommandContext } from './context.ts';
import { addReportOption, readReportFiles } from './report-files.ts';

interface Options {
  readonly saveEvidence?: string;
  readonly fromEvidence?: string;
}

/** A run, and what goes beside its saved evidence. */
interface Looked {
  readonly run: CheckRun;
  readonly deployment: Deployment | undefined;
  readonly redact: Redact;
  readonly notes: readonly string[];
}

/** `difyctl preflight`: looks at everything that an install would stand on, and changes nothing. */
export function define(command: Command, context: CommandContext): void {
  addReportOption(addSelectionOptions(command))
    .option('--save-evidence <dir>', 'write what was observed, redacted, for --from-evidence')
    .option('--from-evidence <dir>', 'judge what was observed elsewhere; nothing is looked at')
    .action(async (options: Options) => {
      const selection = readSelection(command.opts());
      const files = readReportFiles(command.opts(), context.cwd);
      const looked = await look(context, selection, options);
      for (const note of looked.notes) context.stderr.write(`  ! ${note}\n`);
      if (options.saveEvidence !== undefined) {
        const directory = resolve(context.cwd, options.saveEvidence);
        await saveEvidence(directory, looked.run.evidence, looked.deployment, looked.redact);
      }
      await publishReport(looked.run.report, context, { next: nextStep(looked.run.report), files });
      context.exit(reportExitCode(looked.run.report));
    });
}

async function look(context: CommandContext, selection: Selection, options: Options): Promise<Looked> {
  if (options.fromEvidence !== undefined)
    return judgeSaved(context, selection, resolve(context.cwd, options.fromEvidence));
  const loaded = await loadIfThere(context, context.configPath, context.configGiven);
  return loaded === undefined ? judgeCluster(context, selection) : judgeDeployment(context, selection, loaded);
}

/** Undefined where there is no file and nobody named one. */
async function loadIfThere(
  context: CommandContext,
  path: string,
  isGiven: boolean,
): Promise<LoadedDeployment | undefined> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  return isGiven || isThere ? loadDeployment(path, context.overrides) : undefined;
}

async function judgeDeployment(
  context: CommandContext,
  selection: Selection,
  loaded: LoadedDeployment,
): Promise<Looked> {
  const { env, now, signal, timeoutMs, kubeconfig, kubeContext } = context;
  const { deployment, baseDirectory } = loaded;
  const checklist = startChecklist(context);
  try {
    const protect = context.protect;
    const prepared = await prepareToLook({
      deployment,
      baseDirectory,
      env,
      kubeconfig,
      context: kubeContext,
      signal,
      protect,
    });
    try {
      const run = await runPreflight(prepared, {
        ...selection,
        env,
        now,
        signal,
        timeoutMs,
        onEvent: checklist.onEvent,
      });
      const warnings = loaded.warnings.map(({ path, message }) => `${path}: ${message}`);
      return { run, deployment, redact: prepared.redact, notes: [...warnings, ...prepared.notes] };
    } finally {
      await prepared.dispose();
    }
  } finally {
    checklist.end();
  }
}

/** Without a file: the cluster that kubectl would talk to, against the checklist of a tier. */
async function judgeCluster(context: CommandContext, selection: Selection): Promise<Looked> {
  const tier = tierOf(context);
  const { kubeconfig, kubeContext } = context;
  const kubeArgs = [
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    ...(kubeContext === undefined ? [] : ['--context', kubeContext]),
  ];
  const checklist = startChecklist(context);
  try {
    const run = await runChecks({
      ...shared(context, selection),
      context: { ...bareContext(context, tier), kubeArgs },
      onEvent: checklist.onEvent,
    });
    return { run, deployment: undefined, redact: (text) => text, notes: [] };
  } finally {
    checklist.end();
  }
}

async function judgeSaved(context: CommandContext, selection: Selection, directory: string): Promise<Looked> {
  const saved = await readEvidence(directory, COLLECTORS);
  const loaded = await loadIfThere(context, join(directory, SAVED_DEPLOYMENT), false);
  const deployment = loaded?.deployment;
  const run = await runChecks({
    ...shared(context, selection),
    context: { ...bareContext(context, deployment?.tier ?? tierOf(context)), deployment },
    saved,
  });
  return { run, deployment, redact: (text) => text, notes: [] };
}

function shared({ timeoutMs }: CommandContext, selection: Selection) {
  return { phase: 'preflight' as const, checks: CHECKS, collectors: COLLECTORS, timeoutMs, ...selection };
}

function bareContext(context: CommandContext, tier: Tier): CollectContext {
  const { env, now, signal, configPath } = context;
  const runner = createRunner({ env, hiddenNames: new Set(), passNames: new Set(), redact: redactor([]) });
  const nothing = { deployment: undefined, secrets: undefined, rendered: undefined };
  const baseDirectory = dirname(configPath);
  const place = { dial: dialHere, from: 'local' } as const;
  return { ...nothing, ...place, tier, kubeArgs: [], baseDirectory, runner, env, now, signal };
}

function tierOf({ overrides, configPath, cwd }: CommandContext): Tier {
  const read = readOverrides(overrides, cwd);
  const said = read.overrides.findLast(({ path }) => path.join('.') === 'tier')?.value;
  const tier = TIERS.find((candidate) => candidate === said);
  if (tier !== undefined) return tier;
  throw new UserError(`there is no ${configPath}, and no --tier to judge the current cluster by`, {
    next: ['difyctl init', 'difyctl preflight --tier prod', 'difyctl preflight --config FILE'],
  });
}

function nextStep({ deployment, tier }: CheckReport): string {
  return deployment === undefined ? `difyctl init --tier ${tier}` : 'difyctl install';
}
