import { resolve } from 'node:path';
import { durationSeconds } from '../../../base/duration.ts';
import { keptDays } from '../../kept-days.ts';
import type { Deployment } from '../deployment.ts';
import { type Finding, problem, type Rule, rule, warning } from './rule.ts';
import { SCHEDULE_RULES } from './schedule.ts';

const DAY_SECONDS = 86_400;

/** Rules for the contents of the recovery plan. The `recovery` checks decide whether its numbers are consistent. */
export const RECOVERY_RULES: readonly Rule[] = [
  rule(['tier', 'recovery'], ({ tier, recovery }) =>
    tier === 'test'
      ? []
      : [
          recovery?.rto === undefined &&
            warning('recovery.rto', 'not set: how long may Dify be down after a disaster? (--rto)'),
          recovery?.rpo === undefined && warning('recovery.rpo', 'not set: how much work may be lost? (--rpo)'),
        ],
  ),
  rule(['recovery'], ({ recovery }) => {
    const { password } = recovery?.backup ?? {};
    // A generated secret is stored in the installation, which is what the backup is for.
    return [
      password !== undefined &&
        'generated' in password &&
        problem(
          'recovery.backup.password',
          'generated: it would be lost together with the installation; write a reference',
        ),
    ];
  }),
  rule(['name', 'target', 'recovery'], ({ name = '', target, recovery }) => {
    const workingTree = recovery?.configuration?.workingTree;
    if (workingTree === undefined || target?.type !== 'compose') return [];
    // Both paths are relative to the file.
    const [rendered, project] = [resolve('/', workingTree, 'rendered', name), resolve('/', target.directory)];
    return [
      `${project}/`.startsWith(`${rendered}/`) &&
        problem(
          'target.directory',
          `install commits the rendered files to ${workingTree}/rendered/${name}: use another folder`,
        ),
    ];
  }),
  ...SCHEDULE_RULES,
  rule(['postgres', 'recovery'], ({ postgres, recovery }) => [
    recovery?.postgres?.pgbackrest !== undefined &&
      postgres.mode === 'bundled' &&
      problem('recovery.postgres.pgbackrest', 'the bundled PostgreSQL is not archived by pgBackRest'),
  ]),
  rule(['postgres', 'recovery'], ({ postgres, recovery }) => {
    if (recovery?.backup?.postgres !== 'managed') return [];
    const { method, retention } = recovery.postgres ?? {};
    const days = keptDays(recovery.backup.keep);
    return [
      retention !== undefined &&
        durationSeconds(retention) < days * DAY_SECONDS &&
        warning(
          'recovery.backup.keep',
          `sets are kept for ${days} days; the provider restores databases of the last ${retention} (recovery.postgres.retention)`,
        ),
      (postgres.mode === 'bundled' || postgres.managed === undefined) &&
        problem('recovery.backup.postgres', 'managed needs postgres.managed.by, the provider that restores the server'),
      method !== 'pitr' &&
        problem(
          'recovery.backup.postgres',
          'managed needs recovery.postgres.method pitr: the databases are restored as of the time of a set',
        ),
    ];
  }),
  rule(['recovery'], ({ recovery }) => [
    recovery?.topology?.region === 'active-active' &&
      problem(
        'recovery.topology.region',
        'active-active: Dify writes to one primary PostgreSQL, queues its tasks in one Redis and runs one beat. Two active regions would write different data and start each scheduled task twice; standby is a second region that does not write',
      ),
    ...standbyProblems(recovery),
    recovery?.upgradeWindow !== undefined &&
      !isWindow(recovery.upgradeWindow) &&
      problem('recovery.upgradeWindow', 'times from 00:00 to 23:59 and a time zone such as Europe/Berlin or UTC'),
  ]),
];

/** The fields of a second region need one; a promotion needs the sets of the primary. */
function standbyProblems(recovery: Deployment['recovery']): readonly (Finding | false)[] {
  const { region, standby, primary } = recovery?.topology ?? {};
  return [
    region === 'single' &&
      standby !== undefined &&
      problem('recovery.topology.standby', 'the file has one region: set recovery.topology.region to standby'),
    region === 'single' &&
      primary !== undefined &&
      problem('recovery.topology.primary', 'the file has one region: set recovery.topology.region to standby'),
    primary !== undefined &&
      recovery?.backup === undefined &&
      problem('recovery.topology.primary', 'promote restores its backup sets: set recovery.backup.repository'),
  ];
}

/** `Sun 02:00-04:00 Europe/Berlin`: true if the hours exist and this Node knows the time zone. */
function isWindow(text: string): boolean {
  const [, times = '', zone = ''] = text.split(' ');
  const hoursExist = times.split('-').every((time) => /^([01]\d|2[0-3]):[0-5]\d$/.test(time));
  return hoursExist && isTimeZone(zone);
}

/** The list needs 2 ms, but lacks other names of a zone, such as `UTC`. A formatter, which knows them, needs 20 ms. */
function isTimeZone(zone: string): boolean {
  if (Intl.supportedValuesOf('timeZone').includes(zone)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
