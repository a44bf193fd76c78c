import type { CollectContext } from '../evidence/evidence.ts';
import { dialHere } from '../net/dial.ts';
import type { readBackupFacts } from './backup/facts.ts';
import { dataKey } from './data-key.ts';
import type { PreparedDeployment } from './prepare.ts';

/** Loads restic's module only if a check asks for the backups. */
function readBackups(input: Parameters<typeof readBackupFacts>[0]): NonNullable<CollectContext['readBackups']> {
  return async (signal) => (await import('./backup/facts.ts')).readBackupFacts(input, signal);
}

function readWorkingTree(prepared: PreparedDeployment): NonNullable<CollectContext['readWorkingTree']> {
  return async (signal) => (await import('./working-tree/evidence.ts')).workingTreeEvidence(prepared, signal);
}

/** The inputs of collectors for a prepared deployment, in preflight and postflight. */
export function collectContext(prepared: PreparedDeployment): Omit<CollectContext, 'env' | 'now' | 'signal'> {
  const { deployment, secrets, rendered, chart, kubeArgs, baseDirectory, runner, redact } = prepared;
  const hasTree = deployment.recovery?.configuration?.workingTree !== undefined;
  const hasBackups = deployment.recovery?.backup !== undefined;
  return {
    tier: deployment.tier,
    deployment,
    secrets,
    rendered: rendered.ok ? rendered.value : undefined,
    chart: chart?.reference,
    renderFault: rendered.ok ? undefined : rendered.error.message,
    kubeArgs,
    baseDirectory,
    runner,
    dial: dialHere,
    from: 'local',
    ...(hasBackups
      ? {
          readBackups: readBackups({ deployment, baseDirectory, secrets, secretKey: dataKey(secrets), runner, redact }),
        }
      : {}),
    ...(hasTree ? { readWorkingTree: readWorkingTree(prepared) } : {}),
  };
}
