import { isOlder, minorOf } from '../../base/version-order.ts';
import { weaviateSteps } from '../../checklist/vector-stores.ts';
import { blockOf, vectorStoreProvider } from '../../providers/vector-store/registry.ts';
import type { Check, Judgement } from '../check.ts';
import { counted, finding, listed, pass, some } from '../judgement.ts';
import { error } from '../when.ts';
import { notObserved, probeFault, storeCheck, unasked, type VectorStoreContext } from './store-check.ts';

const health = storeCheck({
  id: 'vector-store.health',
  title: 'the vector store is ready, and all of its nodes are up',
  severity: error,
  remedy: 'check the log and the health page of the store, and repair what is down',
  judge: (seen) => {
    const { facts } = seen;
    const expected = 'ready, every node up';
    const asked = facts.health;
    if (facts.fault?.stage === 'use') return probeFault(seen, facts.fault, { where: facts.address, expected });
    if (asked === undefined) return unasked(seen);
    if ('fault' in asked) return probeFault(seen, asked.fault, { where: facts.address, expected });
    if ('seen' in asked && asked.seen.state === 'down') return finding('fail', { observed: asked.seen.text, expected });
    const { nodes } = facts;
    if (nodes !== undefined && 'fault' in nodes)
      return probeFault(seen, nodes.fault, { where: facts.address, expected });
    const down = nodes !== undefined && 'seen' in nodes ? nodes.seen.filter(({ isUp }) => !isUp) : [];
    if (down.length > 0) {
      const names = some(down.map(({ name, text }) => (text === undefined ? name : `${name} (${text})`)));
      return finding('fail', { observed: `${counted(down.length, 'node')} down: ${names}`, expected });
    }
    if ('hidden' in asked) return pass('answers', expected);
    return asked.seen.state === 'ready'
      ? pass(asked.seen.text, expected)
      : finding('warn', { observed: asked.seen.text, expected });
  },
});

const version = storeCheck({
  id: 'vector-store.version',
  title: "Dify's client supports this version of the vector store",
  severity: error,
  when: ({ provider }) => vectorStoreProvider(provider).minimum !== undefined,
  remedy: 'upgrade the store',
  judge: (seen) => {
    const { facts } = seen;
    const { minimum } = vectorStoreProvider(facts.provider);
    if (minimum === undefined) return unasked(seen);
    const { version: dify } = seen.deployment;
    if (minimum.since !== undefined && isOlder(dify, minimum.since))
      return pass(`Dify ${dify} also works with older servers`, `any version with Dify before ${minimum.since}`);
    const expected = `${facts.provider} ${minimum.version} or newer`;
    if (facts.product !== undefined)
      return finding('fail', { observed: `${facts.address} is ${facts.product}`, expected });
    if (facts.version === undefined) return unasked(seen, `${facts.provider} does not show its version here`);
    const observed = `${facts.provider} ${facts.version}`;
    if (!isOlder(facts.version, minimum.version)) return pass(observed, expected);
    return finding('fail', {
      observed,
      expected,
      message: `${observed}: ${minimum.reason}`,
      ...upgrade(seen, minimum.version),
    });
  },
});

/** Weaviate upgrades its data from one minor to the next only. */
function upgrade({ facts }: VectorStoreContext, to: string): { readonly remedy: string } {
  const [from, target] = [minorOf(facts.version ?? ''), minorOf(to)];
  if (facts.provider !== 'weaviate' || from === undefined || target === undefined)
    return { remedy: `upgrade the store to ${to} or newer` };
  const steps = weaviateSteps(from, target);
  return {
    remedy: `back up the store, then upgrade one minor version at a time, each to its newest patch: ${listed(steps)}`,
  };
}

const grpc = storeCheck({
  id: 'vector-store.grpc',
  title: 'the gRPC port of the vector store answers',
  severity: error,
  when: (store) => vectorStoreProvider(store.provider).usesGrpc?.(blockOf(store)) === true,
  remedy: 'open the gRPC port, or correct it in the file: Dify uses it for every search',
  judge: (seen) => {
    const { grpc: asked } = seen.facts;
    if (asked === undefined) return unasked(seen);
    const expected = 'gRPC answers its health check';
    if ('seen' in asked) return pass(`${asked.seen.host}:${asked.seen.port} answers`, expected);
    if ('hidden' in asked) return notObserved(expected, asked.hidden, 'request that right, then re-run difyctl');
    return probeFault(seen, asked.fault, { where: 'the gRPC port', expected });
  },
});

const database = storeCheck({
  id: 'vector-store.database',
  title: 'the database of the file exists, or Dify may create it',
  severity: error,
  when: ({ provider }) => vectorStoreProvider(provider).hasDatabase === true,
  remedy: 'create the database, or correct its name in the file',
  judge: (seen) => {
    const asked = seen.facts.database;
    if (asked === undefined) return unasked(seen);
    const expected = 'a database that exists and is complete';
    if ('fault' in asked) return probeFault(seen, asked.fault, { where: seen.facts.address, expected });
    if ('hidden' in asked) return notObserved(expected, asked.hidden, 'request that right, then re-run difyctl');
    const { name, exists, isMade = false, lacks = [] } = asked.seen;
    if (exists && lacks.length > 0) return finding('fail', { observed: `${name}: ${listed(lacks)}`, expected });
    if (exists) return pass(`${name} exists`, expected);
    if (isMade) return pass(`${name} does not exist yet; Dify creates it`, expected);
    return finding('fail', { observed: `${name} does not exist`, expected });
  },
});

const GRANT_WRITES = 'give the key the right to create, write and delete collections';

const writes = storeCheck({
  id: 'vector-store.writes',
  title: 'the vector store accepts writes with this key',
  severity: error,
  remedy: GRANT_WRITES,
  judge: (seen) => judgeWrites(seen),
});

function judgeWrites(seen: VectorStoreContext): Judgement {
  const { facts } = seen;
  const expected = 'a collection can be created and deleted';
  if (facts.blocks !== undefined && facts.blocks.length > 0) {
    return finding('fail', {
      observed: listed(facts.blocks),
      expected,
      remedy: unblock(seen),
    });
  }
  const asked = facts.writes;
  if (asked === undefined) return unasked(seen);
  if ('fault' in asked) return probeFault(seen, asked.fault, { where: facts.address, expected });
  if ('hidden' in asked) return notObserved(expected, asked.hidden, 'request that right, then re-run difyctl');
  const { how, refused, left } = asked.seen;
  if (refused !== undefined) {
    // Elasticsearch also returns 403 for a write block, which is not about rights.
    const isRight =
      (refused.code === '401' || refused.code === '403' || refused.stage === 'login') &&
      !/blocked by/.test(refused.text);
    const cause = isRight ? `this key may read but not write: ${refused.text}` : `a write failed: ${refused.text}`;
    const message = left === undefined ? cause : `${cause}; ${left} could not be deleted`;
    const remedy = isRight ? GRANT_WRITES : writable(refused.text);
    const cleanup = left === undefined ? '' : `; delete ${left} if it exists`;
    return finding('fail', { observed: refused.text, expected, message, remedy: `${remedy}${cleanup}` });
  }
  if (left !== undefined) {
    return finding('warn', {
      observed: `${left} was created and could not be deleted`,
      expected,
      remedy: `delete ${left}`,
    });
  }
  return pass(how, expected);
}

function unblock({ facts: { provider, address } }: VectorStoreContext): string {
  if (provider !== 'weaviate') return 'free space, then remove the write block';
  return `free disk space, then PUT {"status": "READY"} to http://${address}/v1/schema/CLASS/shards/SHARD`;
}

/** The remedy for a write that failed for another reason than a missing right, by the message of the store. */
function writable(said: string): string {
  if (/no such prop/.test(said))
    return 'set AUTOSCHEMA_ENABLED=true on every Weaviate node: Dify writes properties that it does not declare';
  if (/blocked by/.test(said))
    return 'free disk space, then remove the write block from the index, its template or the cluster';
  return 'check the log of the store: disk, quorum and memory first';
}

export const vectorStoreServiceChecks: readonly Check[] = [health, version, grpc, database, writes];
