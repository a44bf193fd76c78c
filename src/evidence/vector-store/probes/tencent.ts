import { listAt, numberAt, textAt } from '../../../base/json-path.ts';
import { ProbeError } from '../../../net/probe-error.ts';
import { storeUrl } from '../address.ts';
import { type Ask, admitted, openStore, type StoreAnswer, succeeded } from '../client.ts';
import { lowestSetting, probeName } from '../dify.ts';
import type { StoreProbe } from '../probe.ts';
import { probeWrite } from '../write-probe.ts';

/** Dify's defaults of TENCENT_VECTOR_DB_SHARD and TENCENT_VECTOR_DB_REPLICAS. */
const SHARDS = 1;
const REPLICAS = 2;

/**
 * Probes Tencent Cloud VectorDB by its HTTP API (cloud.tencent.com/document/product/1709). Each answer has its own
 * code; 0 means success.
 */
export const probe: StoreProbe<'tencent'> = async (store, context, note) => {
  const { username, database } = store.tencent;
  const authorization = `Bearer account=${username}&api_key=${context.secret('apiKey') ?? ''}`;
  const ask = await openStore(storeUrl(store), { authorization }, context, note);
  const listed = loggedIn(await ask('/database/list'));
  note({ isAdmitted: true, health: { seen: { state: 'ready', text: 'answers' } } });
  const exists = listAt(listed.json, 'databases').includes(database);
  const shards = lowestSetting(context.deployment, 'TENCENT_VECTOR_DB_SHARD', SHARDS);
  const replicas = lowestSetting(context.deployment, 'TENCENT_VECTOR_DB_REPLICAS', REPLICAS);
  const writes = await tryDatabase(ask, probeName(context.deployment).toLowerCase(), shards, replicas);
  const isMade = !exists && 'seen' in writes && writes.seen.refused === undefined;
  note({ writes, database: { seen: { name: database, exists, isMade } } });
  // Replicas do not include the primary.
  note({ copies: { seen: { ofNew: replicas + 1, single: [], collections: 0 } } });
};

/**
 * Returns a successful answer. Throws ProbeError, `login` if the account or key is refused; the service reports that by
 * code, also with status 200.
 */
function loggedIn(answer: StoreAnswer): StoreAnswer {
  admitted(answer, 'the account or its key');
  const code = numberAt(answer.json, 'code');
  if (code === 0) return answer;
  if (code === undefined) throw new ProbeError('use', 'FOREIGN', 'answers, but not as Tencent Cloud VectorDB does');
  const message = textAt(answer.json, 'msg');
  const isRefused = /auth|api.?key|account|permission|forbidden/i.test(message);
  throw new ProbeError(isRefused ? 'login' : 'use', String(code), `answers code ${code}: ${answer.said}`);
}

/** Returns if status and code report success. Throws ProbeError with stage `use`, code `403` for a missing right. */
function taken(answer: StoreAnswer): void {
  const code = numberAt(succeeded(answer).json, 'code') ?? 0;
  if (code === 0) return;
  const isRight = /permission|forbidden|not allow|read.?only/i.test(answer.said);
  throw new ProbeError('use', isRight ? '403' : String(code), answer.said);
}

/**
 * Creates a temporary database with a collection of as many shards and replicas as Dify requests: an instance with too
 * few nodes refuses them.
 */
function tryDatabase(ask: Ask, name: string, shards: number, replicas: number) {
  const post = (path: string, body: unknown, isCleanup = false) => ask(path, { method: 'POST', body, isCleanup });
  return probeWrite({
    how: `created and deleted a collection with ${replicas} replicas`,
    name,
    create: async () => taken(await post('/database/create', { database: name })),
    use: async () => {
      const indexes = [
        { fieldName: 'id', fieldType: 'string', indexType: 'primaryKey' },
        {
          fieldName: 'vector',
          fieldType: 'vector',
          indexType: 'HNSW',
          dimension: 2,
          metricType: 'IP',
          params: { M: 16, efConstruction: 200 },
        },
      ];
      taken(
        await post('/collection/create', {
          database: name,
          collection: name,
          shardNum: shards,
          replicaNum: replicas,
          indexes,
        }),
      );
    },
    remove: async () => taken(await post('/database/drop', { database: name }, true)),
  });
}
