import { ProbeError } from '../../net/probe-error.ts';
import { storeUrl } from './address.ts';
import { type Ask, admitted, openStore, type StoreAnswer, succeeded } from './client.ts';
import { lowestSetting, probeName } from './dify.ts';
import { listAt, numberAt, textAt } from './json.ts';
import type { StoreProbe } from './probe.ts';
import { probeWrite } from './write-probe.ts';

/** What Dify asks for where nothing else is set (TENCENT_VECTOR_DB_SHARD, TENCENT_VECTOR_DB_REPLICAS). */
const SHARDS = 1;
const REPLICAS = 2;

/** Tencent Cloud VectorDB by its HTTP API (cloud.tencent.com/document/product/1709). Each answer has a code of its own, 0 for success. */
export const probeTencent: StoreProbe<'tencent'> = async (store, context, note) => {
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
  // Replicas are beside the primary.
  note({ copies: { seen: { ofNew: replicas + 1, single: [], collections: 0 } } });
};

/** Throws ProbeFault, `login` where account or key are refused, which is said by code and with status 200 as well. */
function loggedIn(answer: StoreAnswer): StoreAnswer {
  admitted(answer, 'the account or its key');
  const code = numberAt(answer.json, 'code');
  if (code === 0) return answer;
  if (code === undefined) throw new ProbeError('use', 'FOREIGN', 'answers, but not as Tencent Cloud VectorDB does');
  const message = textAt(answer.json, 'msg') ?? '';
  const isRefused = /auth|api.?key|account|permission|forbidden/i.test(message);
  throw new ProbeError(isRefused ? 'login' : 'use', String(code), `answers code ${code}: ${answer.said}`);
}

/** Success by status and by code. Throws ProbeFault with stage `use`, code `403` for a missing right. */
function taken(answer: StoreAnswer): void {
  const code = numberAt(succeeded(answer).json, 'code') ?? 0;
  if (code === 0) return;
  const isRight = /permission|forbidden|not allow|read.?only/i.test(answer.said);
  throw new ProbeError('use', isRight ? '403' : String(code), answer.said);
}

/** A database of the probe's own with a collection of as many shards and replicas as Dify asks for: an instance of too few nodes refuses those. */
function tryDatabase(ask: Ask, name: string, shards: number, replicas: number) {
  const post = (path: string, body: unknown, isCleanup = false) => ask(path, { method: 'POST', body, isCleanup });
  return probeWrite({
    how: `made a collection of ${replicas} replicas and removed it`,
    name,
    make: async () => {
      taken(await post('/database/create', { database: name }));
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
