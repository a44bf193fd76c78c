import { AREAS, type ReliabilityCase } from './case.ts';
import { BACKUP_CASES } from './cases/backup.ts';
import { CLUSTER_CASES } from './cases/cluster.ts';
import { PROCESS_CASES } from './cases/process.ts';
import { TERMINAL_CASES } from './cases/terminal.ts';

/** Every case of docs/reliability.md, in the order of its areas. A new file of cases is added here. */
export const CASES: readonly ReliabilityCase[] = [
  ...PROCESS_CASES,
  ...TERMINAL_CASES,
  ...CLUSTER_CASES,
  ...BACKUP_CASES,
].toSorted((a, b) => AREAS.indexOf(a.area) - AREAS.indexOf(b.area));
