import type { ComponentName } from '../../../checklist/components.ts';
import {
  AUDIT_CHANGES,
  AUDIT_RELEASE,
  AUDIT_SETTINGS,
  AUDIT_WORKLOADS,
  type AuditedWorkload,
} from '../../../evidence/audit/facts.ts';
import { DEBUG_SETTINGS } from '../../config/settings.ts';
import { counted, finding, pass, some } from '../../judgement.ts';
import { error, errorInProd, infoInTest } from '../../when.ts';
import { auditCheck } from '../check.ts';
import { isCompose, named, settingsOf, workloadsOf } from '../context.ts';
import { notOnCompose, skipped } from '../skipped.ts';

export const auditDebugLogs = auditCheck({
  id: 'config.debug-logs',
  title: 'no debug logs',
  severity: errorInProd,
  risk: 5,
  change: 'logs at INFO, and sets no debug variable',
  requires: [AUDIT_WORKLOADS, AUDIT_SETTINGS],
  remedy: 'set LOG_LEVEL to INFO, and remove the debug variables',
  judge: (context) => {
    const expected = 'INFO or quieter';
    const loud = workloadsOf(context)
      .filter(({ component }) => component !== undefined)
      .flatMap((one) =>
        DEBUG_SETTINGS.filter(([key, pattern]) => pattern.test(settingsOf(context, one)[key] ?? '')).map(
          ([key]) => `${key}=${settingsOf(context, one)[key]} of ${one.name}`,
        ),
      );
    if (loud.length === 0) return pass('no debug setting', expected);
    return finding('fail', {
      observed: some(loud, 8),
      expected,
      message: `${some(loud, 8)}: prompts and stack traces are in the logs`,
    });
  },
});

/** True if the containers of a workload have no request for the scheduler, or no limit of memory. */
function isUnbounded({ containers }: AuditedWorkload, compose: boolean): boolean {
  return containers
    .filter(({ isInit }) => !isInit)
    .some(
      ({ requests, limits }) => limits.memory === undefined || (!compose && (requests.cpu ?? limits.cpu) === undefined),
    );
}

export const auditResources = auditCheck({
  id: 'config.resources',
  title: 'every process of Dify has requests and a limit of memory',
  severity: infoInTest,
  risk: 5,
  change: 'sets requests and limits of every component by a published plan',
  requires: [AUDIT_WORKLOADS],
  remedy: 'set requests of CPU and memory, and a limit of memory',
  judge: (context) => {
    const own = workloadsOf(context).filter(({ component }) => component !== undefined);
    const compose = isCompose(context);
    const unbounded = own.filter((one) => isUnbounded(one, compose));
    const expected = compose ? 'a limit of memory' : 'requests, and a limit of memory';
    if (unbounded.length === 0)
      return pass(`${counted(own.length, 'process', 'processes')} with ${expected}`, expected);
    return finding('warn', {
      observed: `without ${expected}: ${some(unbounded.map(named), 8)}`,
      expected,
      message: `no ${compose ? 'limit of memory' : 'requests or no limit of memory'} on ${some(unbounded.map(named), 8)}: one of them can take the memory of the whole machine`,
    });
  },
});

/** Components that answer a probe. Beat has none, because a ping proves nothing about it. */
const PROBED: readonly ComponentName[] = ['api', 'worker', 'web', 'sandbox', 'pluginDaemon'];

export const auditProbes = auditCheck({
  id: 'config.probes',
  title: 'every process that serves requests has a health probe',
  severity: infoInTest,
  risk: 4,
  change: 'probes every process, the worker by a ping of Celery and the plugin daemon by its health route',
  requires: [AUDIT_WORKLOADS],
  remedy: 'add a liveness probe (on Compose a healthcheck) to each',
  judge: (context) => {
    const own = workloadsOf(context).filter(({ component }) => component !== undefined && PROBED.includes(component));
    const blind = own.filter(({ probes }) => probes.length === 0);
    const expected = 'a probe of each';
    if (blind.length === 0) return pass(`probes of ${counted(own.length, 'workload')}`, expected);
    return finding('warn', {
      observed: `no probe: ${some(blind.map(named), 8)}`,
      expected,
      message: `no probe of ${some(blind.map(named), 8)}: a process that hangs stays in service`,
    });
  },
});

export const auditReleaseState = auditCheck({
  id: 'release.state',
  title: 'the Helm release is deployed, not failed or pending',
  severity: error,
  risk: 5,
  change: 'recovers a release that is pending or failed at the next install',
  requires: [AUDIT_WORKLOADS, AUDIT_RELEASE],
  remedy: 'helm history shows what failed; helm rollback returns to the last revision that was deployed',
  judge: (context) => {
    if (isCompose(context)) return notOnCompose('releases');
    const { status, revision } = context.evidence(AUDIT_RELEASE);
    if (status === undefined) return skipped('Helm has no record of the release: it was applied in another way');
    const observed = `revision ${revision} is ${status}`;
    return status === 'deployed' ? pass(observed, 'deployed') : finding('fail', { observed, expected: 'deployed' });
  },
});

export const auditDrift = auditCheck({
  id: 'app.drift',
  title: 'images and replicas are those that Helm applied',
  severity: infoInTest,
  risk: 4,
  change: 'shows changes by hand in status and plan, and undoes them at the next install',
  requires: [AUDIT_WORKLOADS, AUDIT_CHANGES],
  remedy: 'write the change into the values of the release; otherwise the next helm upgrade undoes it',
  judge: (context) => {
    if (isCompose(context)) return notOnCompose('manifests of Helm');
    const changes = context.evidence(AUDIT_CHANGES);
    const expected = 'what Helm applied';
    if (changes.length === 0) return pass('no change since Helm applied it', expected);
    const words = changes.map(({ workload, field, was, is }) => `${field} in ${workload} is ${is}, was ${was}`);
    return finding('warn', {
      observed: some(words),
      expected,
      message: `changed since Helm applied it: ${some(words)}; the next upgrade undoes it`,
    });
  },
});
