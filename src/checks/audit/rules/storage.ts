import {
  AUDIT_BACKUPS,
  AUDIT_CLAIMS,
  AUDIT_SCALERS,
  AUDIT_SETTINGS,
  AUDIT_WORKLOADS,
  type AuditedWorkload,
} from '../../../evidence/audit/facts.ts';
import type { JudgeContext } from '../../check.ts';
import { counted, finding, listed, pass, some } from '../../judgement.ts';
import { error, errorInProd, warning } from '../../when.ts';
import { auditCheck } from '../check.ts';
import { isCompose, leastCopies, mostCopies, named, running, scalersOf, settingsOf, workloadsOf } from '../context.ts';
import { notOnCompose } from '../skipped.ts';

export const auditLocalStorage = auditCheck({
  id: 'config.local-storage',
  title: 'files are in object storage',
  severity: errorInProd,
  risk: 6,
  change: 'stores files and plugin packages in object storage',
  requires: [AUDIT_WORKLOADS, AUDIT_SETTINGS],
  remedy: 'move the files to object storage, then set STORAGE_TYPE and PLUGIN_STORAGE_TYPE',
  judge: (context) => {
    const expected = 'object storage, which several machines share';
    const api = running(context, 'api').flatMap((one) => localFiles(settingsOf(context, one)) ?? []);
    const daemon = running(context, 'pluginDaemon')
      .filter((one) => /^(local|)$/.test(settingsOf(context, one).PLUGIN_STORAGE_TYPE ?? 'local'))
      .map(() => 'PLUGIN_STORAGE_TYPE local');
    const found = [...new Set([...api, ...daemon])];
    if (found.length === 0) return pass('object storage', expected);
    return finding('fail', {
      observed: `files are on a volume: ${listed(found)}`,
      expected,
      message: `files are on a volume (${listed(found)}): they are lost with its disk, and other machines cannot read them unless the volume is shared`,
    });
  },
});

/** How the API keeps its files on a volume; undefined if it does not. Its own default is `opendal` with scheme `fs`. */
function localFiles({
  STORAGE_TYPE = 'opendal',
  OPENDAL_SCHEME = 'fs',
}: Readonly<Record<string, string>>): string | undefined {
  if (STORAGE_TYPE === 'local') return 'STORAGE_TYPE local';
  return STORAGE_TYPE === 'opendal' && OPENDAL_SCHEME === 'fs' ? 'STORAGE_TYPE opendal with scheme fs' : undefined;
}

export const auditSharedClaims = auditCheck({
  id: 'cluster.storage.read-write-many',
  title: 'no volume that only one node can mount is used by several pods',
  severity: error,
  risk: 8,
  change: 'requests ReadWriteMany, or stores files in object storage, if several pods share a volume',
  requires: [AUDIT_WORKLOADS, AUDIT_CLAIMS],
  optional: [AUDIT_SCALERS],
  remedy: 'move the files to object storage, or to a claim with ReadWriteMany',
  judge: (context) => {
    if (isCompose(context)) return notOnCompose('claims');
    const scalers = scalersOf(context);
    const expected = 'ReadWriteMany on every shared claim';
    const claims = context.evidence(AUDIT_CLAIMS);
    const shared = claims.flatMap(({ name, accessModes }) => {
      const users = workloadsOf(context).filter((one) => one.claims.includes(name));
      const pods = users.reduce((sum, one) => sum + mostCopies(one, scalers), 0);
      return pods > 1 && !accessModes.includes('ReadWriteMany') ? [{ name, accessModes, users, pods }] : [];
    });
    if (shared.length === 0)
      return pass(`${counted(claims.length, 'claim')}, each on one node or with ReadWriteMany`, expected);
    const words = shared.map(
      ({ name, accessModes, users, pods }) =>
        `claim ${name} (${listed(accessModes)}) is used by ${pods} pods of ${listed(users.map(named))}`,
    );
    return finding('fail', {
      observed: listed(words),
      expected,
      message: `${listed(words)}: all of them must be on one node, or they do not start`,
    });
  },
});

/** Data that the installation itself holds: bundled stores, and files on volumes. */
function heldData(context: JudgeContext): readonly string[] {
  const stores = workloadsOf(context)
    .filter(({ store }) => store !== undefined && store !== 'redis')
    .map(named);
  const files = running(context, 'api').some((one) => localFiles(settingsOf(context, one)) !== undefined);
  return [...stores, ...(files ? ['files on a volume'] : [])];
}

export const auditBackups = auditCheck({
  id: 'recovery.backups',
  title: 'the data of the installation is backed up',
  severity: errorInProd,
  risk: 8,
  change: 'requires a recovery plan in prod, and checks its backups with the data services',
  requires: [AUDIT_WORKLOADS, AUDIT_SETTINGS, AUDIT_BACKUPS],
  remedy: 'back up the databases, the files and SECRET_KEY outside of this installation, and test a restore',
  judge: (context) => {
    const expected = 'a backup job, a snapshot or a schedule';
    const held = heldData(context);
    const signs = context.evidence(AUDIT_BACKUPS);
    if (signs.length > 0) return pass(some(signs), expected);
    if (held.length === 0)
      return pass('all data is in services outside of the installation; an audit does not see their backups', expected);
    const where = isCompose(context)
      ? 'no container of a backup tool runs on this engine'
      : 'no CronJob, snapshot or schedule of a backup tool is in the namespace';
    return finding('fail', {
      observed: `${where}; data is in ${some(held)}`,
      expected,
      message: `no sign of a backup of ${some(held)}: ${where} (backups that run elsewhere are not visible)`,
    });
  },
});

/**
 * True for the primary of the chart's own PostgreSQL or Redis: bitnami's subcharts name it `…-primary` or `…-master`,
 * and its replicas `…-read`, `…-secondary` or `…-replicas`. They replicate without failover. With Sentinel, Redis is one
 * StatefulSet `…-node`.
 */
function isPrimaryWithoutFailover({ kind, name, replicas }: AuditedWorkload): boolean {
  return kind === 'StatefulSet' && replicas < 2 && /-(primary|master)$/.test(name);
}

/** Data services that are lost with the installation. */
export const auditDataServices = auditCheck({
  id: 'config.external-data-services',
  title: 'PostgreSQL and Redis are external services, or have a second copy',
  severity: errorInProd,
  risk: 7,
  change: 'uses PostgreSQL and Redis outside of the installation in prod, and checks their standby and failover',
  requires: [AUDIT_WORKLOADS],
  remedy: 'move the data to redundant services outside of this installation',
  judge: (context) => {
    const expected = 'external, redundant data services';
    const stores = workloadsOf(context).filter(
      ({ store }) => store === 'postgres' || store === 'mysql' || store === 'redis',
    );
    if (stores.length === 0) return pass('no bundled PostgreSQL or Redis', expected);
    const primaries = stores.filter(isPrimaryWithoutFailover);
    if (primaries.length > 0) {
      const words = listed(primaries.map(named));
      return finding('fail', {
        observed: `no failover: ${words}`,
        expected,
        message: `no failover for ${words}: replicas do not take over from a primary by themselves`,
      });
    }
    const alone = stores.filter(
      (one) => one.replicas < 2 && !stores.some((other) => other !== one && other.store === one.store),
    );
    if (alone.length === 0) return pass(`${listed(stores.map(named))}, more than one copy`, expected);
    return finding('fail', {
      observed: `one copy: ${listed(alone.map(named))}`,
      expected,
      message: `one copy of ${listed(alone.map(named))}: no failover, and its disk is the only one`,
    });
  },
});

export const auditVectorStore = auditCheck({
  id: 'vector-store.single-point-of-failure',
  title: 'the vector store survives the loss of one machine',
  severity: errorInProd,
  risk: 6,
  change:
    'uses a replicated vector store outside of the installation in prod, or requires an accepted risk and backups',
  requires: [AUDIT_WORKLOADS],
  optional: [AUDIT_SCALERS],
  remedy: 'move the vectors to a replicated store, or keep backups of it and plan for a rebuild',
  judge: (context) => {
    const expected = 'a replicated store, or one outside of the installation';
    const stores = workloadsOf(context).filter(({ store }) => store === 'vector store');
    const alone = stores.filter((one) => leastCopies(one, scalersOf(context)) < 2);
    if (stores.length === 0) return pass('no bundled vector store', expected);
    if (alone.length === 0) return pass(listed(stores.map(named)), expected);
    return finding('fail', {
      observed: `one node: ${listed(alone.map(named))}`,
      expected,
      message: `${listed(alone.map(named))} is one node: knowledge retrieval stops with it`,
    });
  },
});

export const auditPluginDatabase = auditCheck({
  id: 'config.plugin-database',
  title: 'the plugin daemon has a database of its own',
  severity: warning,
  risk: 3,
  change: 'gives the plugin daemon a database of its own',
  requires: [AUDIT_WORKLOADS, AUDIT_SETTINGS],
  remedy: 'create a database for the plugin daemon, move its tables, and set DB_DATABASE of the plugin daemon',
  judge: (context) => {
    const expected = 'two databases';
    const of = (component: 'api' | 'pluginDaemon') => {
      const [one] = running(context, component);
      return one === undefined ? undefined : settingsOf(context, one);
    };
    const [api, daemon] = [of('api'), of('pluginDaemon')];
    const isSame =
      api?.DB_DATABASE !== undefined && api.DB_DATABASE === daemon?.DB_DATABASE && api.DB_HOST === daemon.DB_HOST;
    if (!isSame) return pass('two databases', expected);
    return finding('warn', {
      observed: `api and plugin daemon share database ${api.DB_DATABASE} on ${api.DB_HOST ?? 'one server'}`,
      expected,
      message: `api and plugin daemon share database ${api.DB_DATABASE}: migrations of both change one schema, and neither can be restored alone`,
    });
  },
});
