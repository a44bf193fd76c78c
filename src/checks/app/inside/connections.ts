import { CONNECTIONS_IN_USE } from '../../../checklist/postgres.ts';
import { APP_CONNECTIONS } from '../../../evidence/app/inside/connections.ts';
import type { Check } from '../../check.ts';
import { finding, pass } from '../../judgement.ts';
import { errorInProdElseWarning, withFile } from '../../when.ts';
import { judgeInside } from './seen.ts';

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const EXPECTED = `less than ${percent(CONNECTIONS_IN_USE.warn)} of the connections in use`;

/** Checks how near the server of the main database is to its limit, with everything of the installation running. */
export const connectionsInUse: Check = {
  id: 'postgres.connections-in-use',
  title: 'PostgreSQL has connections left while everything runs',
  phases: ['postflight'],
  severity: errorInProdElseWarning,
  when: withFile,
  requires: [APP_CONNECTIONS],
  remedy:
    'raise max_connections, or find out who uses them: SELECT usename, datname, count(*) FROM pg_stat_activity GROUP BY 1, 2;',
  judge: judgeInside(APP_CONNECTIONS, EXPECTED, ({ used, limit, reserved }) => {
    if (used === undefined || limit === undefined) {
      return finding('fail', { observed: 'the server refuses one more connection of the api', expected: EXPECTED });
    }
    const open = limit - reserved;
    const share = used / Math.max(1, open);
    const observed = `${used} of ${open} connections in use (max_connections ${limit} − ${reserved} reserved)`;
    if (share < CONNECTIONS_IN_USE.warn) return pass(observed, EXPECTED);
    return finding(share < CONNECTIONS_IN_USE.fail ? 'warn' : 'fail', { observed, expected: EXPECTED });
  }),
};
