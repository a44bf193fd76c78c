import { ExternalError, UserError } from '../../base/errors.ts';
import type { Tier } from '../../checklist/tiers.ts';
import { AUDIT_CHECKS } from '../../checks/audit/checks.ts';
import { auditVerdict } from '../../checks/audit/grade.ts';
import type { CheckReport } from '../../checks/check.ts';
import type { CheckRun, RunChecksOptions } from '../../checks/engine.ts';
import { runChecksUnder } from '../../checks/policy/run.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { AUDIT_COLLECTORS } from '../../evidence/audit/collectors.ts';
import { AUDIT_WORKLOADS } from '../../evidence/audit/facts.ts';
import type { CollectContext, InstallationRef } from '../../evidence/evidence.ts';
import type { SharedReads } from '../../exec/shared-reads.ts';
import { dialHere } from '../../net/dial.ts';
import type { LoadedPolicy } from '../../policy/load.ts';

export interface AuditOptions
  extends Pick<RunChecksOptions, 'only' | 'skip' | 'failOn' | 'timeoutMs' | 'onEvent'>,
    Pick<CollectContext, 'env' | 'now' | 'signal' | 'runner' | 'kubeArgs' | 'baseDirectory'> {
  readonly installation: InstallationRef;
  readonly tier: Tier;
  /** Its accepted risks apply; undefined without a file. */
  readonly deployment: Deployment | undefined;
  readonly policy: LoadedPolicy | undefined;
  readonly reads: SharedReads;
}

/**
 * Audits an installation: collects evidence with reads only, judges it, and adds the verdict to the report. Throws
 * UserError for an unknown id, and if nothing of the installation exists; ExternalError if its workloads cannot be
 * read; Interrupted for an aborted signal.
 */
export async function audit(options: AuditOptions): Promise<CheckReport> {
  const { installation, tier, deployment, policy, env, now, signal, runner, kubeArgs, baseDirectory, ...rest } =
    options;
  const context: CollectContext = {
    ...{ tier, deployment, installation, runner, kubeArgs, baseDirectory, env, now, signal },
    ...{ secrets: undefined, rendered: undefined, dial: dialHere, from: 'local' },
  };
  const run = await runChecksUnder(policy, {
    ...{ phase: 'audit', checks: AUDIT_CHECKS, collectors: AUDIT_COLLECTORS, context },
    ...rest,
  });
  refuseNothing(run, installation);
  return { ...run.report, audit: auditVerdict(AUDIT_CHECKS, run.report.checks) };
}

/** An audit of nothing would pass in `test`. */
function refuseNothing({ evidence }: CheckRun, installation: InstallationRef): void {
  const workloads = evidence.find(({ key }) => key === AUDIT_WORKLOADS.name);
  if (workloads === undefined) return;
  if (workloads.outcome !== 'ok') throw new ExternalError(`the installation cannot be read: ${workloads.missing}`);
  if (!Array.isArray(workloads.data) || workloads.data.length > 0) return;
  const { name } = installation;
  throw installation.target === 'compose'
    ? new UserError(`the engine has no containers of project ${name}`, { next: ['docker compose ls --all'] })
    : new UserError(`namespace ${installation.namespace} has no workloads of release ${name}`, {
        next: ['helm list --all-namespaces'],
      });
}
