import { AUDIT_SECRETS, AUDIT_WORKLOADS } from '../../../evidence/audit/facts.ts';
import { finding, listed, pass } from '../../judgement.ts';
import { errorInProd, infoInTest } from '../../when.ts';
import { auditCheck } from '../check.ts';
import { isCompose, named, running, workloadsOf } from '../context.ts';
import { skipped } from '../skipped.ts';

export const auditRedisPassword = auditCheck({
  id: 'redis.password',
  title: 'Redis requires a password',
  severity: errorInProd,
  risk: 8,
  change: 'gives Redis a generated password',
  requires: [AUDIT_WORKLOADS, AUDIT_SECRETS],
  remedy: 'set a password on the server (requirepass), and the same in REDIS_PASSWORD and CELERY_BROKER_URL',
  judge: (context) => {
    const secrets = context.evidence(AUDIT_SECRETS);
    const expected = 'a password on every client';
    const clients = running(context, 'api', 'worker', 'beat');
    if (clients.length === 0) return skipped('no process of Dify uses Redis here');
    const bare = clients.filter(
      ({ name }) => !secrets.some((one) => one.workload === name && one.variable === 'REDIS_PASSWORD' && !one.isEmpty),
    );
    if (bare.length === 0) return pass(`a password in ${listed(clients.map(({ name }) => name))}`, expected);
    return finding('fail', {
      observed: `no REDIS_PASSWORD: ${listed(bare.map(named))}`,
      expected,
      message: `no password for Redis in ${listed(bare.map(named))}: anyone who reaches Redis can run tasks in the workers`,
    });
  },
});

export const auditRedisPersistence = auditCheck({
  id: 'redis.persistence',
  title: 'queued tasks survive a restart of Redis',
  severity: infoInTest,
  risk: 4,
  change: 'starts the bundled Redis with an append-only file',
  requires: [AUDIT_WORKLOADS],
  remedy: 'start Redis with --appendonly yes on a volume',
  judge: (context) => {
    const expected = 'an append-only file';
    const servers = workloadsOf(context).filter(({ store }) => store === 'redis');
    if (servers.length === 0) return skipped('no bundled Redis');
    // On Kubernetes the images of the charts keep this setting in a file that is not visible here.
    const decided = servers.filter(
      ({ options }) => isCompose(context) || options.some((one) => one.startsWith('--appendonly')),
    );
    const losing = decided.filter(({ options }) => !options.includes('--appendonly=yes'));
    if (losing.length > 0) {
      return finding('warn', {
        observed: `${listed(losing.map(named))} runs without --appendonly yes`,
        expected,
        message: `${listed(losing.map(named))} runs without --appendonly yes: a crash loses the tasks since the last snapshot`,
      });
    }
    return decided.length === 0
      ? skipped('the command line of Redis does not show it')
      : pass('an append-only file', expected);
  },
});
