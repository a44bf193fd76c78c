import { resolve } from 'node:path';
import { isProven } from '../backup/invariants/judge.ts';
import { Interrupted, UserError } from '../base/errors.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import { counted } from '../base/words.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import { isInFolder } from './backup/sources.ts';
import { install } from './install.ts';
import { withLock } from './locked.ts';
import type { InstallOptions } from './options.ts';
import type { InstallReport } from './report.ts';
import type { RestoreOptions } from './restore/options.ts';
import type { RestoreResult } from './restore/restore.ts';
import { runStep } from './steps.ts';
import { type RemovalPlan, uninstall } from './uninstall.ts';

export interface RebuildOptions {
  readonly install: InstallOptions;
  /** Prepares the file again: a restore may have brought other secrets. */
  readonly prepareAgain: () => Promise<InstallOptions['prepared']>;
  /** The set to restore, and the age key that opens its secrets. Undefined: the installation begins empty. */
  readonly from: Pick<RestoreOptions, 'set' | 'identity'> | undefined;
  /** Shows what would be deleted and asks for confirmation. `again`: more would be deleted than was agreed to. */
  readonly confirm: (plan: RemovalPlan, again: boolean) => Promise<boolean>;
}

/** The result of a rebuild. */
export interface Rebuilt extends RemovalPlan {
  /** Undefined if nothing was restored. */
  readonly restore: RestoreResult | undefined;
  /** The install after it; or, with outcome `blocked`, the checks that failed before anything was deleted. */
  readonly install: InstallReport;
  readonly exitCode: ExitCode;
}

/** Throws UserError if the deployment may not be rebuilt, or if a part of its data is not its own. */
export function refuseRebuild({ tier, name, target, postgres, redis, vectorStore, objectStorage }: Deployment): void {
  if (tier === 'prod')
    throw new UserError(`${name} is in prod, and rebuild deletes all data; expected tier test`, {
      next: ['difyctl restore SET restores a backup set; difyctl runbook shows the steps'],
    });
  if (target.type === 'kubernetes')
    throw new UserError('rebuild deletes data only on Compose; expected target compose', {
      next: [`difyctl uninstall ${name} names the claims that it keeps: delete them, then run difyctl install`],
    });
  const external = Object.entries({ postgres, redis, vectorStore }).flatMap(([path, { mode }]) =>
    mode === 'external' ? [path] : [],
  );
  const isLocal = objectStorage.provider === 'local' && objectStorage.local?.path === undefined;
  const problems = [...external, ...(isLocal ? [] : ['objectStorage'])].map((path) => ({
    path,
    message: 'stores data outside the directory of the project',
  }));
  if (problems.length === 0) return;
  throw new UserError('rebuild deletes only data in the directory of the project; nothing was changed', {
    problems,
    next: [`difyctl uninstall ${name}, empty these stores, then run difyctl install`],
  });
}

/** Throws UserError if the repository of backups is in the directory of the data: the sets would be deleted too. */
async function refuseRepositoryInData({
  deployment,
  baseDirectory,
}: Pick<InstallOptions['prepared'], 'deployment' | 'baseDirectory'>): Promise<void> {
  const { target, recovery } = deployment;
  const repository = recovery?.backup?.repository;
  if (repository === undefined || target.type !== 'compose') return;
  const data = resolve(baseDirectory, target.directory, 'volumes');
  if (!(await isInFolder(repository, baseDirectory, data))) return;
  throw new UserError(`the repository ${repository} is in ${data}, which rebuild deletes; nothing was changed`, {
    next: ['move the repository to a place outside of it, and set recovery.backup.repository'],
  });
}

/**
 * Removes a test installation with its data, restores a backup set if one is named, and installs again with the same
 * secrets. Preflight and the set are checked before anything is deleted. A run after an interruption begins again.
 * Throws UserError (exit 2 or 9), Interrupted if the answer is no, and ExternalError.
 */
export async function rebuild({ install: how, prepareAgain, from, confirm }: RebuildOptions): Promise<Rebuilt> {
  const { prepared, target, signal, onProgress, now, timeoutMs } = how;
  refuseRebuild(prepared.deployment);
  await refuseRepositoryInData(prepared);
  const place = await target.locate(signal);
  const blocked = await install({ ...how, dryRun: true, show: () => undefined });
  const removal = [...(await target.removal(signal)), ...(await target.data(signal))];
  if (blocked.outcome === 'blocked')
    return { place, removal, restore: undefined, install: blocked, exitCode: blocked.exitCode };
  if (from !== undefined) await restoreSet(how, from, true);
  if (!(await confirm({ place, removal }, false))) throw new Interrupted('declined; nothing was changed');
  await uninstall({
    ...{ opened: prepared, target, now, signal, timeoutMs, onProgress },
    confirm: async (plan, again) => (again ? confirm(plan, true) : true),
  });
  await deleteData(how);
  const restore = from === undefined ? undefined : await restoreSet(how, from, false);
  const report = await install({ ...how, prepared: restore === undefined ? prepared : await prepareAgain() });
  const isLost = restore !== undefined && !isProven(restore.invariants);
  return {
    place,
    removal,
    restore,
    install: report,
    exitCode: report.exitCode === EXIT.done && isLost ? EXIT.postflight : report.exitCode,
  };
}

async function deleteData({ prepared, target, signal, onProgress, now, timeoutMs }: InstallOptions): Promise<void> {
  const { run } = prepared;
  await runStep(
    onProgress,
    'data',
    'delete the data',
    () =>
      withLock({ run, target, now, signal, timeoutMs, onProgress }, async (locked) => {
        const data = await target.data(locked.signal);
        await target.deleteData(locked.signal);
        return data.length;
      }),
    (count) => ({ detail: `${counted(count, 'volume or folder', 'volumes and folders')} deleted` }),
  );
}

async function restoreSet(
  { prepared, target, env, now, signal, timeoutMs, onProgress }: InstallOptions,
  { set, identity }: NonNullable<RebuildOptions['from']>,
  dryRun: boolean,
): Promise<RestoreResult> {
  const { restoreDeployment } = await import('./restore/restore.ts');
  return restoreDeployment({
    ...{ opened: prepared, target, set, identity, env, now, signal, timeoutMs, onProgress, dryRun },
    ...{ at: undefined, parts: [], knowledgeBase: undefined },
    ...{ byName: true, mayAsk: false, confirm: async () => true },
  });
}
