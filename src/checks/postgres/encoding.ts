import type { Check } from '../check.ts';
import { fault, pass } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { error } from '../when.ts';
import { ofAll, ofPostgres, quoted, seenOf, stoppedBefore } from './seen.ts';

export const postgresEncoding: Check = {
  ...ofPostgres,
  id: 'postgres.encoding',
  title: "Dify's databases hold UTF-8",
  severity: error,
  remedy: "CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0;",
  judge: (context) => {
    const seen = seenOf(context);
    const stopped = stoppedBefore(seen);
    if (stopped !== undefined) return stopped;
    const known = seen.facts.entries.flatMap(({ catalog }) => (catalog === undefined ? [] : [catalog]));
    if (known.length === 0)
      return notReached(seen.facts.server === undefined ? 'postgres.login' : 'postgres.databases');
    return ofAll(
      seen,
      known.map(({ name, encoding }) => {
        const expected = 'UTF8';
        if (encoding === expected) return [name, pass(`${name} is ${encoding}`, expected)] as const;
        return [
          name,
          fault('fail', {
            observed: `${name} is ${encoding}`,
            expected,
            message: `${name} is ${encoding}: text in most languages cannot be stored, or not as what it is`,
            remedy: `pg_dump it, then CREATE DATABASE ${quoted(name)} ENCODING 'UTF8' TEMPLATE template0; and restore`,
          }),
        ] as const;
      }),
    );
  },
};
