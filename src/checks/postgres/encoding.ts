import type { EntryFact } from '../../evidence/postgres/facts.ts';
import type { Check, Judgement } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { error } from '../when.ts';
import { ofAll, ofPostgres, postgresContext, quoted, stoppedBefore } from './context.ts';

export const postgresEncoding: Check = {
  ...ofPostgres,
  id: 'postgres.encoding',
  title: "Dify's databases use UTF-8",
  severity: error,
  remedy: "CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0;",
  judge: (context) => {
    const seen = postgresContext(context);
    const stopped = stoppedBefore(seen);
    if (stopped !== undefined) return stopped;
    const known = seen.facts.entries.flatMap(({ catalog }) => (catalog === undefined ? [] : [catalog]));
    if (known.length === 0)
      return notReached(seen.facts.server === undefined ? 'postgres.login' : 'postgres.databases');
    const clients = seen.facts.entries.flatMap(judgeClient);
    return ofAll(seen, [
      ...known.map(({ name, encoding }) => {
        const expected = 'UTF8';
        if (encoding === expected) return [name, pass(`${name} is ${encoding}`, expected)] as const;
        return [
          name,
          finding('fail', {
            observed: `${name} is ${encoding}`,
            expected,
            message: `${name} is ${encoding}: text in most languages cannot be stored, or is stored wrongly`,
            remedy: `pg_dump the database, then CREATE DATABASE ${quoted(name)} ENCODING 'UTF8' TEMPLATE template0; and restore the dump`,
          }),
        ] as const;
      }),
      ...clients,
    ]);
  },
};

/** A client that asks for no encoding, such as psycopg2, gets the one that is set for its role or database. */
function judgeClient({ database, username, session }: EntryFact): readonly (readonly [string, Judgement])[] {
  const encoding = session?.clientEncoding;
  if (encoding === undefined || /^"?(utf-?8|unicode)"?$/i.test(encoding)) return [];
  const observed = `client_encoding is set to ${encoding} for ${username} in ${database}`;
  const [db, role] = [quoted(database), quoted(username)];
  const judgement = finding('fail', {
    observed,
    expected: 'UTF8',
    message: `${observed}: text in most languages cannot be written`,
    remedy: `ALTER ROLE ${role} RESET client_encoding; ALTER DATABASE ${db} RESET client_encoding;`,
  });
  return [[database, judgement]];
}
