import { UserError } from '../../base/errors.ts';
import { TIERS, type Tier } from '../../checklist/tiers.ts';
import type { LoadedDeployment } from '../../deployment/load.ts';
import { rawOverride } from '../../deployment/raw-override.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { InstallationRef } from '../../evidence/evidence.ts';
import { sharedReads } from '../../exec/shared-reads.ts';
import { openClusterAccess } from '../preflight/cluster-access.ts';
import type { PreflightRun } from '../preflight/options.ts';
import { policyAt } from '../preflight/without-file.ts';
import type { AuditOptions } from './audit.ts';
import { type AuditChoice, chooseInstallation } from './choose.ts';

/** The inputs of an audit from the process. */
export type AuditRun = Pick<
  PreflightRun,
  | 'env'
  | 'now'
  | 'signal'
  | 'cwd'
  | 'configPath'
  | 'overrides'
  | 'kubeconfig'
  | 'kubeContext'
  | 'onNote'
  | 'protect'
  | 'load'
>;

/** What an audit needs to know before it collects anything. */
type OpenedAudit = Pick<
  AuditOptions,
  'installation' | 'tier' | 'deployment' | 'policy' | 'runner' | 'kubeArgs' | 'baseDirectory' | 'reads'
>;

/**
 * Decides what is audited: what the flags name, else what the file names, else the only installation that is found. The
 * file is not read if a flag names the installation. Throws UserError.
 */
export async function openAudit(run: AuditRun, flags: Pick<AuditChoice, 'release' | 'project'>): Promise<OpenedAudit> {
  const isNamed = flags.release !== undefined || flags.project !== undefined;
  const loaded = isNamed ? undefined : await run.load();
  return loaded === undefined ? withoutFile(run, flags) : ofFile(run, loaded);
}

async function withoutFile(run: AuditRun, flags: Pick<AuditChoice, 'release' | 'project'>): Promise<OpenedAudit> {
  const { overrides, cwd, signal } = run;
  const tier = readTier(await rawOverride(overrides, 'tier'));
  const policy = await policyAt(await rawOverride(overrides, 'policy'), cwd);
  const { runner, kubeArgs, reads } = openClusterAccess(run);
  try {
    const namespace = await rawOverride(overrides, 'target.namespace');
    const search = { runner, kubeArgs, reads: reads.get, signal };
    const installation = await chooseInstallation({ ...flags, namespace }, search);
    return { installation, tier, deployment: undefined, policy, runner, kubeArgs, baseDirectory: cwd, reads };
  } catch (error) {
    await reads.close();
    throw error;
  }
}

/** Without a file, an installation is judged as production. */
function readTier(said: string | undefined): Tier {
  if (said === undefined) return 'prod';
  const tier = TIERS.find((candidate) => candidate === said);
  if (tier !== undefined) return tier;
  throw new UserError(`--tier ${said}: one of ${TIERS.join(', ')}`, { next: ['difyctl audit --tier prod'] });
}

async function ofFile(run: AuditRun, { deployment, baseDirectory }: LoadedDeployment): Promise<OpenedAudit> {
  const { env, kubeconfig, kubeContext: context, protect, onNote } = run;
  // Imported here, because it walks the schema, which a run without a file does not load.
  const { openDeployment } = await import('../open-deployment.ts');
  const { runner, kubeArgs } = openDeployment({ deployment, baseDirectory, env, kubeconfig, context, protect, onNote });
  const policy = await policyAt(deployment.policy, baseDirectory);
  const { tier } = deployment;
  const installation = installationOf(deployment);
  return {
    installation,
    tier,
    deployment,
    policy,
    runner,
    kubeArgs,
    baseDirectory,
    reads: sharedReads(runner, kubeArgs),
  };
}

function installationOf({ name, target }: Deployment): InstallationRef {
  return target.type === 'compose'
    ? { target: 'compose', name }
    : { target: 'kubernetes', name, namespace: target.namespace };
}
