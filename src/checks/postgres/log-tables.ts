import { formatBytes } from '../../base/quantity.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { isCleaned } from '../planned-retention.ts';
import { warning } from '../when.ts';
import { loginsIn, ofPostgres, postgresContext } from './context.ts';

/**
 * From this size on, deleting takes minutes, and an upgrade that alters the table locks it as long (Dify issue 31745:
 * 28 million rows).
 */
const MANY_ROWS = 10_000_000;
const MANY_BYTES = 20 * 2 ** 30;

export const postgresLogTables: Check = {
  ...ofPostgres,
  id: 'postgres.log-tables',
  title: 'the tables of runs and messages do not grow without limit',
  severity: warning,
  optional: [RENDERED_OBJECTS],
  remedy: 'set logging.retention.workflowRuns, such as 90d',
  judge: (context) => {
    const entered = loginsIn(postgresContext(context));
    if ('status' in entered) return entered;
    const tables = entered.flatMap(({ session }) => session.logTables ?? []);
    const expected = `tables below ${MANY_ROWS / 1_000_000} million rows and ${formatBytes(MANY_BYTES)}, or a retention period`;
    const large = tables.filter(({ rows, bytes }) => rows >= MANY_ROWS || bytes >= MANY_BYTES);
    if (large.length === 0) return pass(tables.length === 0 ? 'does not exist yet' : 'small enough', expected);
    const observed = listed(
      large.map(
        ({ name, rows, bytes }) => `${name} has ${Math.round(rows / 1e6)} million rows (${formatBytes(bytes)})`,
      ),
    );
    if (isCleaned(context)) return pass(`${observed}, and a retention period is set`, expected);
    return finding('warn', { observed: `${observed}, and no retention period is set`, expected });
  },
};
