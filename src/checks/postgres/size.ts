import { isQuantity, parseQuantity } from '../../base/quantity.ts';
import { POSTGRES_SIZES } from '../../checklist/postgres.ts';
import type { Check, Judgement } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { warning } from '../when.ts';
import { ofPostgres, type PostgresContext, postgresContext, serverIn } from './context.ts';

/** As for nodes: what is sold as 8 GiB has a little less. */
const TOLERANCE = 0.94;

export const postgresSize: Check = {
  ...ofPostgres,
  id: 'postgres.size',
  title: 'PostgreSQL has the size that the published checklist requires',
  severity: warning,
  remedy: 'choose a bigger class or more storage, then correct postgres.managed.size',
  judge: (context) => {
    const seen = postgresContext(context);
    const server = serverIn(seen);
    if ('status' in server) return server;
    const { cpu, memory, storage } = POSTGRES_SIZES[seen.deployment.tier];
    const expected = `${cpu} CPU, ${memory} of memory, ${storage} of storage`;
    const size = seen.postgres.managed?.size;
    if (size === undefined) {
      const message = `PostgreSQL does not show its CPU, memory and disk to clients; the checklist requires ${expected}`;
      return { status: 'skip', observed: 'not shown', expected, message };
    }
    return judgeSize(seen, size, server.sharedBuffers, expected);
  },
};

type Size = NonNullable<NonNullable<PostgresContext['postgres']['managed']>['size']>;

/** Compares the declared size with the checklist, and with the few facts that the server shows. */
function judgeSize(
  { deployment, facts }: PostgresContext,
  size: Size,
  buffers: number | undefined,
  expected: string,
): Judgement {
  const least = POSTGRES_SIZES[deployment.tier];
  const memory = bytes(size.memory);
  const storage = bytes(size.storage);
  const stored = facts.entries.reduce((sum, { catalog }) => sum + (catalog?.bytes ?? 0), 0);
  const faults = [
    ...(size.cpu !== undefined && size.cpu < least.cpu ? [`${size.cpu} CPU`] : []),
    ...(memory !== undefined && memory < parseQuantity(least.memory) * TOLERANCE ? [`${size.memory} of memory`] : []),
    ...(storage !== undefined && storage < parseQuantity(least.storage) * TOLERANCE
      ? [`${size.storage} of storage`]
      : []),
    ...(memory !== undefined && buffers !== undefined && buffers > memory
      ? ['shared_buffers is larger than the declared memory']
      : []),
    ...(storage !== undefined && stored > storage * FULL ? ["Dify's databases fill most of the declared storage"] : []),
  ];
  const observed = listed([
    ...(size.cpu === undefined ? [] : [`${size.cpu} CPU`]),
    ...(size.memory === undefined ? [] : [`${size.memory} of memory`]),
    ...(size.storage === undefined ? [] : [`${size.storage} of storage`]),
  ]);
  if (faults.length === 0) return pass(`${observed}, as declared`, expected);
  return finding('warn', { observed: `declared: ${listed(faults)}`, expected });
}

/** Share of the storage above which it counts as full: an upgrade rewrites tables beside the old ones. */
const FULL = 0.8;

function bytes(text: string | undefined): number | undefined {
  return text !== undefined && isQuantity(text) ? parseQuantity(text) : undefined;
}
