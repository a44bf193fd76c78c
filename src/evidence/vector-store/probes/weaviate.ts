import { setTimeout as delay } from 'node:timers/promises';
import { at, listAt, numberAt, optionalTextAt, textAt } from '../../../base/json-path.ts';
import { type FaultFact, faultOf } from '../../../net/probe-error.ts';
import { storeUrl } from '../address.ts';
import { noteAnonymous } from '../anonymous.ts';
import { type Ask, admitted, askedOf, openStore, succeeded } from '../client.ts';
import { isOfDify, probeName, singleCopies } from '../dify.ts';
import type { Asked, CopiesFact, GrpcFact, NodeFact, StoreOf } from '../facts.ts';
import { checkGrpc, GRPC, type GrpcTarget, withGrpc } from '../grpc.ts';
import type { Note, StoreContext, StoreProbe } from '../probe.ts';
import { encodeField } from '../protobuf.ts';
import { probeWrite } from '../write-probe.ts';

/** Probes Weaviate as Dify's client (v4) does: HTTP for the schema, gRPC for every search. */
export const probe: StoreProbe<'weaviate'> = async (store, context, note) => {
  const key = context.secret('apiKey');
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const ask = await openStore(storeUrl(store), headers, context, note);
  const ready = await ask('/v1/.well-known/ready');
  const isReady = ready.status === 200;
  const text = isReady ? 'ready' : `answers HTTP ${ready.status} at ${ready.path}`;
  note({ health: { seen: { state: isReady ? 'ready' : 'down', text } } });
  const meta = admitted(await ask('/v1/meta'), key === undefined ? 'a client without a key' : 'the API key');
  const version = optionalTextAt(meta.json, 'version');
  note({ isAdmitted: true, ...(version === undefined ? { product: 'something else' } : { version }) });
  const readKeyless = () => ask('/v1/meta', { headers: { authorization: undefined } });
  await noteAnonymous(async () => (await readKeyless()).status === 200, note);
  const grpc = await grpcOf(store, context, headers);
  note({ grpc });
  note({ nodes: await nodesOf(ask) });
  const schema = await ask('/v1/schema');
  const copies = askedOf(schema, ({ json }) => copiesOf(json, isOfDify(context.deployment)));
  note({ copies, ...(schema.status === 200 ? { legacy: legacyIn(schema.json, isOfDify(context.deployment)) } : {}) });
  note({ blocks: await blockedShards(ask, isOfDify(context.deployment)) });
  if (!isReady) return;
  const look = (name: string) => knownByGrpc({ ...grpcTargetOf(store), metadata: headers }, context, name);
  await tryClass(ask, probeName(context.deployment), copies, note, 'seen' in grpc ? look : undefined);
};

/** Mode of a node that accepts reads and writes (OPERATIONAL_MODE). */
const READ_WRITE = 'ReadWrite';

/**
 * Shards of Dify's classes that are read-only, and nodes that are. A node makes its shards read-only if its disk is
 * nearly full, and they stay so until they are reset.
 */
async function blockedShards(ask: Ask, isDifys: (name: string) => boolean): Promise<readonly string[]> {
  const { json } = await ask('/v1/nodes?output=verbose');
  const shards = listAt(json, 'nodes').flatMap((node) => listAt(node, 'shards'));
  const blocked = shards
    .filter((shard) => textAt(shard, 'vectorIndexingStatus') === 'READONLY')
    .map((shard) => textAt(shard, 'class'))
    .filter(isDifys);
  const modes = listAt(json, 'nodes').flatMap((node) => {
    const mode = optionalTextAt(node, 'operationalMode') ?? READ_WRITE;
    return mode === READ_WRITE ? [] : [`node ${textAt(node, 'name')} is in mode ${mode}`];
  });
  const shut = `${blocked.length} shards of Dify are READONLY, such as one of ${blocked[0]}`;
  return blocked.length === 0 ? modes : [...modes, shut];
}

/** Dify's gRPC address: the configured one, else the host of the HTTP URL with port 50051, or 443 with TLS. */
export function grpcTargetOf({ weaviate }: StoreOf<'weaviate'>): GrpcTarget {
  const url = new URL(weaviate.grpcUrl === undefined ? weaviate.url : withScheme(weaviate.grpcUrl));
  const isSecure = url.protocol === 'https:' || url.protocol === 'grpcs:';
  const isGiven = weaviate.grpcUrl !== undefined && url.port !== '';
  return { host: url.hostname, port: isGiven ? Number(url.port) : isSecure ? 443 : 50_051, isSecure };
}

function withScheme(address: string): string {
  return address.includes('://') ? address : `grpc://${address}`;
}

/** A method that only Weaviate implements; field 1 of its request is the name of the class (search_get.proto). */
const SEARCH = '/weaviate.v1.Weaviate/Search';
/** Attempts and the pause between them in ms: a new class reaches the other nodes of a cluster after a moment. */
const TRIES = 10;
const BETWEEN_MS = 200;

/**
 * An error if the gRPC server does not know a class that was just created over HTTP; undefined if it does, or does not
 * say.
 */
async function knownByGrpc(target: GrpcTarget, context: StoreContext, name: string): Promise<FaultFact | undefined> {
  return withGrpc(target, context, async (call) => {
    for (let tries = 1; ; tries += 1) {
      const { status, said } = await call(SEARCH, encodeField(1, name));

      if (status === GRPC.ok || !/class|collection/i.test(said)) return undefined;
      if (tries === TRIES) {
        const text = 'does not know the class that was just created over HTTP: the port belongs to another Weaviate';
        return { stage: 'use', code: String(status), text };
      }
      await delay(BETWEEN_MS, undefined, { signal: context.signal });
    }
  });
}

async function grpcOf(
  store: StoreOf<'weaviate'>,
  context: StoreContext,
  metadata: Readonly<Record<string, string>>,
): Promise<Asked<GrpcFact>> {
  try {
    return {
      seen: await checkGrpc({ ...grpcTargetOf(store), metadata }, context, { name: 'Weaviate', method: SEARCH }),
    };
  } catch (error) {
    return { fault: faultOf(error, 'use') };
  }
}

/**
 * Nodes known by gossip, plus those that are only in the Raft configuration: a lost node leaves the first list within
 * seconds.
 */
async function nodesOf(ask: Ask): Promise<Asked<readonly NodeFact[]>> {
  const listed = askedOf(await ask('/v1/nodes'), ({ json }) => listAt(json, 'nodes').map(nodeOf));
  if (!('seen' in listed)) return listed;
  const { json } = await ask('/v1/cluster/statistics');
  const members = listAt(json, 'statistics').flatMap((one) => listAt(at(one, 'raft'), 'latestConfiguration'));
  const names = new Set(members.map((member) => textAt(member, 'id')));
  for (const { name } of listed.seen) names.delete(name);
  const lost = [...names].map((name) => ({
    name,
    isUp: false,
    text: 'it left the cluster but is still listed as a member',
  }));
  return { seen: [...listed.seen, ...lost] };
}

function nodeOf(node: unknown): NodeFact {
  const status = optionalTextAt(node, 'status') ?? 'unknown';
  const version = optionalTextAt(node, 'version');
  return {
    name: textAt(node, 'name'),
    isUp: status === 'HEALTHY',
    ...(status === 'HEALTHY' ? {} : { text: status }),
    ...(version === undefined || version === '' ? {} : { version }),
  };
}

function copiesOf(schema: unknown, isDifys: (name: string) => boolean): CopiesFact {
  const classes = listAt(schema, 'classes').map(
    (one) => [textAt(one, 'class'), numberAt(one, 'replicationConfig', 'factor') ?? 1] as const,
  );
  const own = new Map(classes.filter(([name]) => isDifys(name)));
  return { single: singleCopies(own), collections: own.size };
}

/**
 * Classes that Dify created before 1.9.2: their vector has no name, and Dify's current client requests the one named
 * `default`.
 */
function legacyIn(schema: unknown, isDifys: (name: string) => boolean): readonly string[] {
  const own = listAt(schema, 'classes').filter((one) => isDifys(textAt(one, 'class')));
  return own.filter((one) => at(one, 'vectorConfig', 'default') === undefined).map((one) => textAt(one, 'class'));
}

/**
 * Creates a class with one object as Dify does, and removes it; notes the number of copies that Dify's next class would
 * have.
 */
async function tryClass(
  ask: Ask,
  name: string,
  copies: Asked<CopiesFact>,
  note: Note,
  look: ((name: string) => Promise<FaultFact | undefined>) | undefined,
): Promise<void> {
  const vectorConfig = { default: { vectorizer: { none: {} }, vectorIndexType: 'hnsw' } };
  const writes = await probeWrite({
    how: 'created and deleted a class with one object',
    name,
    create: async () => succeeded(await ask('/v1/schema', { method: 'POST', body: { class: name, vectorConfig } })),
    use: async (made) => {
      const ofNew = numberAt(made.json, 'replicationConfig', 'factor');
      if ('seen' in copies && ofNew !== undefined) note({ copies: { seen: { ...copies.seen, ofNew } } });
      // Dify's objects have undeclared properties, which the server must create.
      const properties = { text: 'probe', doc_hash: 'probe' };
      const object = { class: name, properties, vectors: { default: [0.1, 0.2] } };
      succeeded(await ask('/v1/objects', { method: 'POST', body: object }));
      const fault = await look?.(name);
      if (fault !== undefined) note({ grpc: { fault } });
    },
    remove: async () => {
      succeeded(await ask(`/v1/schema/${name}`, { method: 'DELETE', isCleanup: true }));
    },
  });
  note({ writes });
}
