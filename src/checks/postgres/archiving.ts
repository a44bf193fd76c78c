import { durationSeconds, formatDuration } from '../../base/duration.ts';
import { type ArchivingFact, isReceiver } from '../../evidence/postgres/replication-facts.ts';
import type { Check, Judgement } from '../check.ts';
import { counted, finding, listed, pass } from '../judgement.ts';
import { declaredOnly, notReached } from '../services/probed.ts';
import { errorInProdElseWarning } from '../when.ts';
import { ofPostgres, type PostgresContext, postgresContext, serverIn } from './context.ts';
import { shownBy } from './managed.ts';

/** Full segments that may wait: one is being copied, more are a backlog. */
const WAITING = 1;
/** Commands that report success and archive nothing. */
const NOTHING = /^\s*(?:(?:\/usr)?\/bin\/)?(?:true|:|exit\s+0|echo|cd|test|ls|sleep)(?:\s[^|>;&]*)?$/;
/** The placeholders for the segment: its path, or its file name. */
const SEGMENT = /%[pf]/;

export const postgresArchiving: Check = {
  ...ofPostgres,
  id: 'postgres.archiving',
  title: 'PostgreSQL archives its write-ahead log (WAL), as the recovery plan requires',
  severity: errorInProdElseWarning,
  remedy: 'set archive_mode, archive_command and archive_timeout, or choose another recovery.postgres.method',
  judge: (context) => {
    const seen = postgresContext(context);
    const server = serverIn(seen);
    if ('status' in server) return server;
    if (server.isInRecovery) return notReached('postgres.primary');
    const receivers = (server.replication?.standbys ?? []).filter((one) => isReceiver(one) && one.isLogical !== true);
    const judged = judgeArchiver(seen, server.archiving);
    if (judged.status === 'pass' || receivers.length === 0) return judged;
    // A receiver streams the log away from the server, which serves the same purpose. A failing archiver still fills
    // the disk.
    if (isFailing(server.archiving)) return judged;
    return pass(`the WAL is streamed to ${listed(receivers.map(({ name }) => name))}`, 'an archive of the WAL');
  },
};

function judgeArchiver(seen: PostgresContext, archiving: ArchivingFact | undefined): Judgement {
  const { managed } = seen.postgres;
  const need = needOf(seen);
  const expected = need === undefined ? 'no archiving failures' : `every segment archived (${need.why})`;
  if (managed !== undefined) return judgeManaged(seen, archiving, need);
  if (archiving === undefined) {
    if (need === undefined) return pass('not visible to this role, and not required by the recovery plan', expected);
    return {
      status: 'unknown',
      observed: 'not visible to this role',
      expected,
      message: 'this role may not read the state of WAL archiving',
    };
  }
  const failing = judgeFailures(archiving, expected);
  if (failing !== undefined) return failing;
  if (archiving.mode === 'off') {
    if (need === undefined) return pass('archive_mode is off; the recovery plan requires no archive', expected);
    return finding('fail', {
      observed: 'archive_mode is off',
      expected,
      message: `archive_mode is off: a restore to a point in time is impossible (${need.why})`,
      remedy: "ALTER SYSTEM SET archive_mode = on; ALTER SYSTEM SET archive_command = '…'; then restart PostgreSQL",
    });
  }
  return need === undefined ? pass('no failures', expected) : judgeArchive(archiving, need, expected);
}

interface Need {
  readonly why: string;
  /** Seconds of work that may be lost. */
  readonly rpo: number | undefined;
}

/**
 * Why the recovery plan needs the archive: for a point in time, or beside a standby, which repeats every mistake.
 * Undefined if it does not.
 */
function needOf({ deployment }: PostgresContext): Need | undefined {
  const plan = deployment.recovery?.postgres;
  if (plan?.method !== 'pitr' && !(plan?.method === 'replica' && plan.interval !== undefined)) return undefined;
  const rpo = plan.method === 'pitr' ? deployment.recovery?.rpo : plan.interval;
  return {
    why: `recovery.postgres.method is ${plan.method}`,
    rpo: rpo === undefined ? undefined : durationSeconds(rpo),
  };
}

function isFailing(archiving: ArchivingFact | undefined): boolean {
  const { lastFailed, lastArchived } = archiving ?? {};
  return lastFailed !== undefined && (lastArchived === undefined || lastFailed.at > lastArchived.at);
}

/**
 * Fails if the last failure is newer than the last success: the server keeps every segment until its disk is full.
 * Undefined otherwise.
 */
function judgeFailures(archiving: ArchivingFact, expected: string): Judgement | undefined {
  const { lastFailed, lastArchived, failed, mode } = archiving;
  if (mode === 'off' || lastFailed === undefined || !isFailing(archiving)) return undefined;
  const last =
    lastArchived === undefined ? 'nothing has ever been archived' : `the last success was at ${lastArchived.at}`;
  return finding('fail', {
    observed: `archiving fails: ${counted(failed, 'failure')}, the last at ${lastFailed.at}; ${last}`,
    expected,
    message: `archiving has failed since ${lastArchived?.at ?? 'it was set up'} (last at ${lastFailed.at}, ${lastFailed.wal}): WAL files accumulate until the disk is full`,
    remedy:
      "run archive_command by hand as the server's user and read its output; the log of the server contains it too",
  });
}

function isNothing(command: string): boolean {
  return !SEGMENT.test(command) || NOTHING.test(command) || isNowhere(command);
}

/** True if a command ends with /dev/null, as a word or as the target of its output. */
function isNowhere(command: string): boolean {
  const word = command.trimEnd().replace(/['"]$/, '');
  if (!word.endsWith('/dev/null')) return false;
  const before = word.slice(0, -'/dev/null'.length);
  return before.trimEnd().length < before.length || /(?:^|[^2&])>$/.test(before);
}

function judgeArchive(archiving: ArchivingFact, { why, rpo }: Need, expected: string): Judgement {
  const { command = '', library = '', timeoutSeconds, lastArchived, waitingSegments = 0, openBytes } = archiving;
  if (library === '' && isNothing(command)) {
    return finding('fail', {
      observed: `archive_command is ${command === '' ? 'empty' : `"${command}"`}, which archives nothing`,
      expected,
      remedy: "ALTER SYSTEM SET archive_command = '…'; SELECT pg_reload_conf();",
    });
  }
  if (lastArchived === undefined) {
    return finding('warn', {
      observed: 'nothing has been archived yet',
      expected,
      remedy: 'SELECT pg_switch_wal(); then re-run difyctl: by then, the archiver should have archived the segment',
    });
  }
  const ago = `the last segment was archived at ${lastArchived.at}`;
  if (waitingSegments > WAITING && isOld(archiving, timeoutSeconds)) {
    return finding('fail', {
      observed: `${counted(waitingSegments, 'WAL segment')} not archived; ${ago}`,
      expected,
      message: `the archiver has stopped: ${counted(waitingSegments, 'WAL segment')} written since ${lastArchived.at} are not archived`,
      remedy:
        'SELECT * FROM pg_stat_archiver; and check whether archive_command hangs: ps -C postgres -f | grep archiver',
    });
  }
  if (rpo !== undefined && (timeoutSeconds === 0 || timeoutSeconds > rpo)) {
    return finding('warn', {
      observed: `archive_timeout is ${timeoutSeconds === 0 ? '0' : formatDuration(timeoutSeconds)}${openBytes === undefined ? '' : `; ${Math.ceil(openBytes / 1024)} KiB wait in the open WAL segment`}`,
      expected: `archive_timeout of ${formatDuration(rpo)} or less (${why})`,
      message: `a WAL segment is archived only when it is full${timeoutSeconds === 0 ? '' : ` or ${formatDuration(timeoutSeconds)} old`}: a crash may lose more than the RPO of ${formatDuration(rpo)}`,
      remedy: `ALTER SYSTEM SET archive_timeout = '${Math.max(30, Math.min(300, rpo))}s'; SELECT pg_reload_conf();`,
    });
  }
  return pass(ago, expected);
}

/**
 * True if the last success is older than a busy archiver needs. The archive of an idle server is old too, but then
 * nothing waits.
 */
function isOld({ lastArchived, now }: ArchivingFact, timeoutSeconds: number): boolean {
  const seconds = (Date.parse(now) - Date.parse(lastArchived?.at ?? now)) / 1000;
  return seconds > Math.max(60, timeoutSeconds);
}

/** A managed service archives in its own way. What it shows of PostgreSQL's archiver counts only if that succeeds. */
function judgeManaged(
  { postgres, facts }: PostgresContext,
  archiving: ArchivingFact | undefined,
  need: Need | undefined,
): Judgement {
  const by = postgres.managed?.by ?? '';
  const expected = `point-in-time recovery by ${by}`;
  const { vendor } = facts;
  if (vendor?.hasBackups === true)
    return pass(`${by} can be restored to a point in time, according to ${vendor.program}`, expected);
  if (vendor?.hasBackups === false && need !== undefined) {
    return finding('fail', {
      observed: `${by} keeps no backups, according to ${vendor.program}`,
      expected: `${expected} (${need.why})`,
      remedy: `enable the backups of ${by}. To verify: ${shownBy(by, 'backups')}`,
    });
  }
  if (archiving?.lastArchived !== undefined && !isFailing(archiving)) {
    return pass(`archived by ${by}; the last segment was archived at ${archiving.lastArchived.at}`, expected);
  }
  if (need === undefined)
    return pass(`${by} is responsible for backups, and the recovery plan requires no archive`, expected);
  if (postgres.managed?.backups === true) return declaredOnly(`the backups of ${by}`, shownBy(by, 'backups'));
  return finding('warn', {
    observed: `postgres.managed.backups is not set, and ${by} does not show whether it archives`,
    expected: `${expected} (${need.why})`,
    remedy: `enable the backups of ${by}, then set postgres.managed.backups to true`,
  });
}
