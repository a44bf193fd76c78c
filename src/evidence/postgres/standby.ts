import type { StandbyFact } from './replication-facts.ts';

/** True for clients of a WAL sender that cannot take over: WAL receivers, backups, logical subscribers. */
export function isReceiver({ name, state, isLogical }: StandbyFact): boolean {
  return isLogical === true || state === 'backup' || /receive.?(wal|xlog)|basebackup|barman|wal-?g/i.test(name);
}
