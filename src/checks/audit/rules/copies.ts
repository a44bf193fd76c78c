import { isOlder } from '../../../base/version-order.ts';
import type { ComponentName } from '../../../checklist/components.ts';
import { SINGLE_REPLICA } from '../../../checklist/sizing.ts';
import { AUDIT_SCALERS, AUDIT_SETTINGS, AUDIT_WORKLOADS, type AuditedWorkload } from '../../../evidence/audit/facts.ts';
import { queuesOf } from '../../../versions/queues.ts';
import { finding, listed, pass, some } from '../../judgement.ts';
import { error, errorInProd, infoInTest } from '../../when.ts';
import { auditCheck } from '../check.ts';
import { difyVersion, isCompose, leastCopies, mostCopies, named, running, scalersOf, settingsOf } from '../context.ts';

/** Stateless components that can run more than once, by target (docs/checks.md, config.replicas). */
const KUBERNETES: readonly ComponentName[] = ['api', 'worker', 'web', 'sandbox', 'ssrfProxy', 'agentBackend', 'proxy'];
const COMPOSE: readonly ComponentName[] = ['api', 'worker', 'web', 'sandbox'];

export const auditReplicas = auditCheck({
  id: 'config.replicas',
  title: 'every component that supports replicas has several, and every other component has one',
  severity: errorInProd,
  risk: 7,
  change: 'runs api, worker, web and sandbox at least three times in prod on Kubernetes, and twice on Compose',
  requires: [AUDIT_WORKLOADS],
  optional: [AUDIT_SCALERS],
  remedy: 'raise the replicas of each to 2 or more',
  judge: (context) => {
    const scalers = scalersOf(context);
    const expected = 'two or more of each stateless component, and one of each component that supports only one';
    const doubled = (Object.keys(SINGLE_REPLICA) as ComponentName[])
      .filter((name) => name !== 'beat')
      .flatMap((name) => running(context, name).filter((one) => mostCopies(one, scalers) > 1));
    if (doubled.length > 0) {
      const words = doubled.map((one) => `${named(one)} runs ${mostCopies(one, scalers)} times: ${reasonOf(one)}`);
      return finding('fail', { observed: listed(words), expected, remedy: 'scale it to 1' });
    }
    const scaled = isCompose(context) ? COMPOSE : KUBERNETES;
    const alone = scaled.filter((name) => {
      const own = running(context, name);
      return own.length > 0 && own.reduce((sum, one) => sum + leastCopies(one, scalers), 0) < 2;
    });
    if (alone.length === 0) return pass('two or more of each stateless component', expected);
    const words = running(context, ...alone).map(named);
    return finding('fail', {
      observed: `one copy: ${some(words, 8)}`,
      expected,
      message: `one copy of ${some(words, 8)}: the loss of its machine is an outage`,
    });
  },
});

function reasonOf({ component }: AuditedWorkload): string {
  return component === undefined ? '' : (SINGLE_REPLICA[component] ?? '');
}

export const auditBeat = auditCheck({
  id: 'config.beat',
  title: 'exactly one beat starts the scheduled tasks',
  severity: error,
  risk: 8,
  change: 'renders exactly one beat',
  requires: [AUDIT_WORKLOADS],
  optional: [AUDIT_SCALERS],
  remedy: 'run exactly one container with MODE=beat',
  judge: (context) => {
    const scalers = scalersOf(context);
    const beats = running(context, 'beat');
    const count = beats.reduce((sum, one) => sum + mostCopies(one, scalers), 0);
    const expected = 'one beat';
    if (count === 1) return pass(`${beats.map(named).join('')}, one copy`, expected);
    const observed = count === 0 ? 'no beat runs' : `${count} beats: ${listed(beats.map(named))}`;
    if (count > 0) return finding('fail', { observed, expected, message: `${observed}: ${SINGLE_REPLICA.beat}` });
    // Before 1.10 beat only cleaned up: apps could not have schedules.
    if (isOlder(difyVersion(context) ?? '', '1.10.0'))
      return finding('warn', { observed, expected, message: `${observed}: old records are never cleaned up` });
    return finding('fail', {
      observed,
      expected,
      message: `${observed}: no scheduled task starts, and old records are never cleaned up`,
    });
  },
});

export const auditQueues = auditCheck({
  id: 'config.queues',
  title: 'a worker consumes every queue of this Dify version',
  severity: error,
  risk: 8,
  change: 'leaves the list of queues to the image, which knows those of its own version',
  requires: [AUDIT_WORKLOADS, AUDIT_SETTINGS],
  remedy: 'leave CELERY_QUEUES and CELERY_WORKER_QUEUES unset on one worker, or add the missing queues',
  judge: (context) => {
    const workers = running(context, 'worker').filter(({ replicas }) => replicas > 0);
    const expected = 'every queue is consumed';
    if (workers.length === 0) return finding('fail', { observed: 'no worker runs: no task is processed', expected });
    const lists = workers.map((worker) => {
      const { CELERY_WORKER_QUEUES, CELERY_QUEUES } = settingsOf(context, worker);
      return CELERY_WORKER_QUEUES || CELERY_QUEUES || '';
    });
    if (lists.includes('')) return pass('a worker consumes the default queues of its image', expected);
    const consumed = new Set(lists.flatMap((list) => list.split(',').map((queue) => queue.trim())));
    const missing = queuesOf(difyVersion(context) ?? '').filter((queue) => !consumed.has(queue));
    if (missing.length === 0) return pass(`${consumed.size} queues in ${listed(workers.map(named))}`, expected);
    return finding('fail', {
      observed: `no worker consumes ${some(missing, 6)}`,
      expected,
      message: `no worker consumes ${some(missing, 6)}: their tasks wait forever`,
    });
  },
});

const TRUE = /^(true|1|yes|on)$/i;

export const auditMigration = auditCheck({
  id: 'config.migration',
  title: 'one job migrates the database, not every replica of the API',
  severity: infoInTest,
  risk: 5,
  change: 'migrates once, before the new version starts',
  requires: [AUDIT_WORKLOADS, AUDIT_SETTINGS],
  optional: [AUDIT_SCALERS],
  remedy: 'migrate in a job of its own (MODE=migration), and set MIGRATION_ENABLED to false on the others',
  judge: (context) => {
    const scalers = scalersOf(context);
    const expected = 'one migration before the roll-out';
    const several = running(context, 'api', 'apiWebsocket', 'worker').filter(
      (one) => TRUE.test(settingsOf(context, one).MIGRATION_ENABLED ?? '') && mostCopies(one, scalers) > 1,
    );
    if (several.length === 0) return pass('no replicated process migrates at its start', expected);
    return finding('warn', {
      observed: `each replica of ${listed(several.map(named))} migrates at its start`,
      expected,
      message: `each replica of ${listed(several.map(named))} migrates at its start: those that do not get the lock serve on the old schema`,
    });
  },
});
