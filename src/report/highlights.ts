import type { CheckResult, Subject } from '../checks/check.ts';

/** The checks whose observations describe a healthy subject in one line. */
const HIGHLIGHTS: Readonly<Partial<Record<Subject, readonly string[]>>> = {
  tools: ['tools.kubectl', 'tools.helm', 'tools.docker', 'tools.compose'],
  cluster: ['cluster.capacity.nodes', 'cluster.capacity.fit'],
  release: ['release.state'],
  host: ['host.cpu', 'host.memory', 'host.disk'],
  postgres: ['postgres.reachable'],
  redis: ['redis.topology'],
  'object-storage': ['object-storage.reachable'],
  'vector-store': ['vector-store.reachable'],
  recovery: ['recovery.rpo', 'recovery.rto'],
};

/** Returns the observations of the subject's highlight checks that passed. Empty if there are none. */
export function highlights(subject: Subject, checks: readonly CheckResult[]): string {
  const told = (HIGHLIGHTS[subject] ?? [])
    .map((id) => checks.find((check) => check.id === id))
    .filter((check) => check?.status === 'pass' && check.note === undefined)
    .map((check) => check?.observed ?? '');
  return told.filter((text) => text !== '' && !text.includes('\n')).join(', ');
}
