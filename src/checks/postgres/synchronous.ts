import type { ReplicationFact, StandbyFact } from '../../evidence/postgres/replication-facts.ts';
import type { SessionFact } from '../../evidence/postgres/session-facts.ts';
import type { Judgement } from '../check.ts';
import { finding, listed } from '../judgement.ts';

/**
 * How many standbys a commit waits for, and which: `ANY 2 (a, b)`, `FIRST 1 (a, b)`, `2 (a, b)`, `a, b`, `*`
 * (PostgreSQL, synchronous_standby_names).
 */
interface Required {
  readonly count: number;
  readonly names: readonly string[];
}

export function requiredStandbys(setting: string): Required {
  const [, count, list] = /^\s*(?:(?:FIRST|ANY)\s+)?(\d+)\s*\((.*)\)\s*$/is.exec(setting) ?? [];
  const names = (list ?? setting)
    .split(',')
    .map((name) => name.trim().replace(/^"(.*)"$/, '$1'))
    .filter((name) => name !== '');
  return { count: names.length === 0 ? 0 : Number(count ?? 1), names };
}

/** Fails if commits wait for standbys and too few of them exist, so that no commit ends. Undefined if commits end. */
export function blockedCommits(
  { required, standbys, isShown }: ReplicationFact,
  commits: readonly SessionFact['commit'][],
): Judgement | undefined {
  const { count, names } = requiredStandbys(required);
  if (count === 0) return undefined;
  const isStuck = commits.includes('waits');
  // A commit that ended outweighs the settings: synchronous_commit may be local, or another standby may have the name.
  if (!isStuck && commits.includes('ended')) return undefined;
  const isNamed = ({ name }: StandbyFact) =>
    names.some((one) => one === '*' || one.toLowerCase() === name.toLowerCase());
  const there = standbys.filter((one) => (isShown ? one.sync === 'sync' || one.sync === 'quorum' : isNamed(one)));
  if (there.length >= count && !isStuck) return undefined;
  const found = standbys.length === 0 ? 'no standby' : listed(standbys.map(({ name }) => name));
  if (there.length >= count) {
    return finding('fail', {
      observed: `a commit does not finish: synchronous_standby_names is ${required}, and ${found} does not answer`,
      expected: `${count} of ${listed(names)} confirms each commit`,
      remedy: `check the standby's own log, its disk and its network, or let commits continue without it: ALTER SYSTEM SET synchronous_standby_names = ''; SELECT pg_reload_conf();`,
    });
  }
  return finding('fail', {
    observed: `synchronous_standby_names is ${required}; connected: ${found}`,
    expected: `${count} of ${listed(names)}`,
    message: `every commit waits forever: synchronous_standby_names is ${required}; connected: ${found}`,
    remedy: `attach a standby whose application_name is ${names[0]}, or: ALTER SYSTEM SET synchronous_standby_names = ''; SELECT pg_reload_conf();`,
  });
}
