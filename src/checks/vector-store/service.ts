import { isOlder, minorOf } from '../../base/version-order.ts';
import { weaviateSteps } from '../../checklist/vector-stores.ts';
import { blockOf, vectorStoreProvider } from '../../providers/vector-store/registry.ts';
import type { Check, Judgement } from '../check.ts';
import { counted, finding, listed, pass, some } from '../judgement.ts';
import { error } from '../when.ts';
import { notObserved, probeFault, storeCheck, unasked, type VectorStoreContext } from './store-check.ts';

const health = storeCheck({
  id: 'vector-store.health',
  title: 'the vector store serves, with all of its parts',
  severity: error,
  remedy: "check the store's own log and health page, and repair what is down",
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
  title: "the vector store is one that Dify's client works with",
  severity: error,
  when: ({ provider }) => vectorStoreProvider(provider).minimum !== undefined,
  remedy: 'upgrade the store',
  judge: (seen) => {
    const { facts } = seen;
    const { minimum } = vectorStoreProvider(facts.provider);
    if (minimum === undefined) return unasked(seen);
    const { version: dify } = seen.deployment;
    if (minimum.since !== undefined && isOlder(dify, minimum.since))
      return pass(`Dify ${dify} works with older servers too`, `no oldest version before Dify ${minimum.since}`);
    const expected = `${facts.provider} ${minimum.version} or newer`;
    if (facts.product !== undefined)
      return finding('fail', { observed: `${facts.address} is ${facts.product}`, expected });
    if (facts.version === undefined) return unasked(seen, `${facts.provider} does not say its version here`);
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
    return { remedy: `upgrade it to ${to} or newer` };
  const steps = weaviateSteps(from, target);
  return { remedy: `back it up, then upgrade one minor at a time, each at its newest patch: ${listed(steps)}` };
}

const grpc = storeCheck({
  id: 'vector-store.grpc',
  title: 'the gRPC port of the vector store answers',
  severity: error,
  when: (store) => vectorStoreProvider(store.provider).usesGrpc?.(blockOf(store)) === true,
  remedy: 'open the gRPC port, or name the right one: every search of Dify goes through it',
  judge: (seen) => {
    const { grpc: asked } = seen.facts;
    if (asked === undefined) return unasked(seen);
    const expected = 'gRPC answers its health check';
    if ('seen' in asked) return pass(`${asked.seen.host}:${asked.seen.port} answers`, expected);
    if ('hidden' in asked) return notObserved(expected, asked.hidden, 'ask for that right, then run it again');
    return probeFault(seen, asked.fault, { where: 'the gRPC port', expected });
  },
});

const database = storeCheck({
  id: 'vector-store.database',
  title: 'the database of the file is there, or Dify may make it',
  severity: error,
  when: ({ provider }) => vectorStoreProvider(provider).hasDatabase === true,
  remedy: 'make the database, or name the right one',
  judge: (seen) => {
    const asked = seen.facts.database;
    if (asked === undefined) return unasked(seen);
    const expected = 'a database that is there and complete';
    if ('fault' in asked) return probeFault(seen, asked.fault, { where: seen.facts.address, expected });
    if ('hidden' in asked) return notObserved(expected, asked.hidden, 'ask for that right, then run it again');
    const { name, exists, isMade = false, lacks = [] } = asked.seen;
    if (exists && lacks.length > 0) return finding('fail', { observed: `${name}: ${listed(lacks)}`, expected });
    if (exists) return pass(`${name} is there`, expected);
    if (isMade) return pass(`${name} does not exist yet; Dify creates it`, expected);
    return finding('fail', { observed: `there is no ${name}`, expected });
  },
});

const GRANT_WRITES = 'give the key the right to create, write and delete collections';

const writes = storeCheck({
  id: 'vector-store.writes',
  title: 'the vector store takes writes from this key',
  severity: error,
  remedy: GRANT_WRITES,
  judge: (seen) => judgeWrites(seen),
});

function judgeWrites(seen: VectorStoreContext): Judgement {
  const { facts } = seen;
  const expected = 'something can be made and removed again';
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
  if ('hidden' in asked) return notObserved(expected, asked.hidden, 'ask for that right, then run it again');
  const { how, refused, left } = asked.seen;
  if (refused !== undefined) {
    // Elasticsearch also returns 403 for a write block, which is not about rights.
    const isRight =
      (refused.code === '401' || refused.code === '403' || refused.stage === 'login') &&
      !/blocked by/.test(refused.text);
    const cause = isRight ? `this key may read and not write: ${refused.text}` : `a write failed: ${refused.text}`;
    const message = left === undefined ? cause : `${cause}; ${left} could not be removed`;
    const remedy = isRight ? GRANT_WRITES : writable(refused.text);
    const cleanup = left === undefined ? '' : `; delete ${left} if it exists`;
    return finding('fail', { observed: refused.text, expected, message, remedy: `${remedy}${cleanup}` });
  }
  if (left !== undefined) {
    return finding('warn', {
      observed: `${left} was made and could not be removed`,
      expected,
      remedy: `delete ${left}`,
    });
  }
  return pass(how, expected);
}

function unblock({ facts: { provider, address } }: VectorStoreContext): string {
  if (provider !== 'weaviate') return 'make room, then take the write block away';
  return `make room on the disk, then PUT {"status": "READY"} to http://${address}/v1/schema/CLASS/shards/SHARD`;
}

/** The remedy for a write that failed for another reason than a missing right, by the message of the store. */
function writable(said: string): string {
  if (/no such prop/.test(said))
    return 'set AUTOSCHEMA_ENABLED=true on every Weaviate node: Dify writes properties that it does not declare';
  if (/blocked by/.test(said))
    return 'make room on the disks, then take the block away of the index, its template or the cluster';
  return "check the store's log: disk, quorum and memory come first";
}

export const vectorStoreServiceChecks: readonly Check[] = [health, version, grpc, database, writes];
