import { POSTGRES_VERSIONS } from '../../checklist/postgres.ts';
import type { Check } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { error } from '../when.ts';
import { ofPostgres, postgresContext, serverIn } from './context.ts';

export const postgresVersion: Check = {
  ...ofPostgres,
  id: 'postgres.version',
  title: 'Dify supports this version of PostgreSQL',
  severity: error,
  remedy: `use PostgreSQL ${POSTGRES_VERSIONS.least} to ${POSTGRES_VERSIONS.most}`,
  judge: (context) => {
    const seen = postgresContext(context);
    // Known even if a later query got no answer.
    const server = seen.facts.server ?? serverIn(seen);
    if ('status' in server) return server;
    const { least, most } = POSTGRES_VERSIONS;
    const expected = `PostgreSQL ${least} to ${most}`;
    const { product, version } = server;
    if (!product.startsWith('PostgreSQL')) {
      return finding('warn', {
        observed: product,
        expected,
        message: `${product} speaks the protocol of PostgreSQL but is another program: Dify is not tested with it`,
      });
    }
    const major = Math.floor(version / 10_000);
    if (major < least) {
      return finding('fail', {
        observed: product,
        expected,
        message: `${product} lacks gen_random_uuid(), which migrations use`,
      });
    }
    if (major > most) {
      return finding('fail', {
        observed: product,
        expected,
        message: `${product} has a built-in uuidv7(), which conflicts with the one that a migration creates`,
      });
    }
    return pass(product, expected);
  },
};
