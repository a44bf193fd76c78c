import type { StandbyFact } from './facts.ts';

/** Clients of a WAL sender that can take over from nobody: programs that only keep the log, backups, subscribers to changes. */
export function isReceiver({ name, state, isLogical }: StandbyFact): boolean {
  return isLogical === true || state === 'backup' || /receive.?(wal|xlog)|basebackup|barman|wal-?g/i.test(name);
}
