import type { InvariantFacts } from '../facts.ts';
import { readDatasets } from './datasets.ts';
import { readFiles } from './files.ts';
import { readPlugins } from './plugins.ts';
import { attempt, type CountVectors, existing, type ObjectReader, type Query } from './source.ts';
import { readSystemSecrets } from './system-secrets.ts';
import { readTenants, type SealedKeys } from './tenants.ts';

/** The recovered data of one deployment. */
interface RecoveredData {
  readonly main: Query;
  readonly plugin: Query;
  readonly objects: ObjectReader;
  /** The storage of the plugin daemon. */
  readonly packages: ObjectReader;
  /** Undefined if no vectors were restored. */
  readonly vectors: CountVectors | undefined;
  /** Undefined if the private keys are among the objects. */
  readonly sealedKeys: SealedKeys | undefined;
  /** SECRET_KEY. */
  readonly secretKey: string;
}

/**
 * Reads what the invariants judge, one part after another: a scratch server serves one connection. A part that cannot
 * be read is `unread`. Throws only if `signal` is aborted.
 */
export async function readInvariantFacts(data: RecoveredData, signal: AbortSignal): Promise<InvariantFacts> {
  const { main, plugin, objects, packages, vectors, secretKey } = data;
  return {
    setups: await attempt(signal, () => readSetups(main)),
    schemaHeads: await attempt(signal, async () =>
      (await main('SELECT version_num AS head FROM alembic_version')).map(({ head }) => String(head)),
    ),
    tenants: await attempt(signal, () => readTenants(main, objects, data.sealedKeys)),
    systemSecrets: await attempt(signal, () => readSystemSecrets(main, secretKey)),
    files: await attempt(signal, () => readFiles(main, objects)),
    plugins: await attempt(signal, () => readPlugins(plugin, packages)),
    datasets: vectors === undefined ? undefined : await attempt(signal, () => readDatasets(main, vectors)),
  };
}

/** Rows of `dify_setups`; 0 if the table does not exist, as in an empty database. */
async function readSetups(query: Query): Promise<number> {
  if ((await existing(query, ['dify_setups'])).length === 0) return 0;
  return Number((await query('SELECT count(*) AS rows FROM dify_setups'))[0]?.rows);
}
