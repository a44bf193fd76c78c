import { boundedJson } from '../../../base/bounded-json.ts';
import { at, listAt, numberAt, optionalTextAt, textAt } from '../../../base/json-path.ts';
import { ProbeError } from '../../../net/probe-error.ts';
import { storeUrl } from '../address.ts';
import { noteAnonymous } from '../anonymous.ts';
import { readCertificate } from '../client.ts';
import { probeName } from '../dify.ts';
import type { Asked, DatabaseFact, HealthFact, NodeFact, StoreOf } from '../facts.ts';
import { type Call, GRPC, type GrpcAnswer, withGrpc } from '../grpc.ts';
import { MILVUS_SERVICE, milvusMetadata, milvusStatus, milvusTarget } from '../milvus.ts';
import { tryCollection } from '../milvus-collection.ts';
import type { Note, StoreContext, StoreProbe } from '../probe.ts';
import { encodeField, type Message } from '../protobuf.ts';

/** Milvus' error code for a database that does not exist (merr.ErrDatabaseNotFound). */
const NO_DATABASE = 800;

/** Probes Milvus by gRPC, as pymilvus does. */
export const probe: StoreProbe<'milvus'> = async (store, context, note) => {
  const target = milvusTarget(store);
  if (target.isSecure) await readCertificate(storeUrl(store), context, note);
  const metadata = milvusMetadata(store, context.secret);
  await withGrpc({ ...target, metadata }, context, (call) => look(call, store, context, note));
  const listKeyless = () => withGrpc(target, context, (call) => call(`${MILVUS_SERVICE}/ShowCollections`));
  await noteAnonymous(async () => isDone(await listKeyless()), note);
};

async function look(call: Call, store: StoreOf<'milvus'>, context: StoreContext, note: Note): Promise<void> {
  const { database } = store.milvus;
  const version = done(await call(`${MILVUS_SERVICE}/GetVersion`));
  note({ version: version.text(2).replace(/^v/, '') });
  const shown = await call(`${MILVUS_SERVICE}/ShowCollections`, encodeField(2, database));
  if (shown.status === GRPC.unauthenticated) throw refusal(shown);
  note({ isAdmitted: true, health: await healthOf(call), database: databaseOf(shown, database) });
  note({ nodes: await nodesOf(call) });
  if (isDone(shown)) note({ writes: await tryCollection(call, database, probeName(context.deployment)) });
}

function isDone(answer: GrpcAnswer): boolean {
  return answer.status === 0 && milvusStatus(answer).code === 0;
}

/** Returns the message of a successful answer. Throws ProbeError, `login` if the credentials are refused. */
function done(answer: GrpcAnswer): Message {
  if (isDone(answer)) return answer.message;
  throw refusal(answer);
}

function refusal(answer: GrpcAnswer): ProbeError {
  const { status, said } = answer;
  const { code, reason } = milvusStatus(answer);
  if (status === GRPC.unauthenticated)
    return new ProbeError('login', String(status), `refuses the credentials: ${said}`);
  if (status === GRPC.permissionDenied) return new ProbeError('use', '403', said);
  return status === 0 ? new ProbeError('use', String(code), reason) : new ProbeError('use', String(status), said);
}

function databaseOf(shown: GrpcAnswer, name: string): Asked<DatabaseFact> {
  if (isDone(shown)) return { seen: { name, exists: true } };
  const { code, reason } = milvusStatus(shown);
  if (code === NO_DATABASE || /database not found/i.test(`${reason} ${shown.said}`))
    return { seen: { name, exists: false } };
  if (shown.status === GRPC.permissionDenied) return { hidden: shown.said };
  return { fault: refusal(shown).fact };
}

async function healthOf(call: Call): Promise<Asked<HealthFact>> {
  const answer = await call(`${MILVUS_SERVICE}/CheckHealth`);
  if (answer.status === GRPC.unimplemented || answer.status === GRPC.permissionDenied) return { hidden: answer.said };
  if (!isDone(answer)) return { fault: refusal(answer).fact };
  const isHealthy = answer.message.number(2) === 1;
  const reasons = answer.message.texts(3).slice(0, 3).join('; ');
  return {
    seen: isHealthy
      ? { state: 'ready', text: 'healthy' }
      : { state: 'down', text: `says it is not healthy: ${reasons}` },
  };
}

/** The query nodes, which hold and search the vectors; of a standalone Milvus, its single process. */
async function nodesOf(call: Call): Promise<Asked<readonly NodeFact[]>> {
  const answer = await call(`${MILVUS_SERVICE}/GetMetrics`, encodeField(2, '{"metric_type":"system_info"}'));
  if (!isDone(answer)) return { hidden: answer.said === '' ? milvusStatus(answer).reason : answer.said };
  const infos = listAt(jsonOf(answer.message.text(2)), 'nodes_info').map((node) => at(node, 'infos'));
  const queryNodes = infos.filter((info) => textAt(info, 'type') === 'querynode');
  const isStandalone = infos.some((info) => textAt(info, 'system_info', 'deploy_mode') === 'STANDALONE');
  if (queryNodes.length === 0) return { hidden: 'its system information names no query node' };
  return { seen: (isStandalone ? queryNodes.slice(0, 1) : queryNodes).map(nodeOf) };
}

function nodeOf(info: unknown): NodeFact {
  const isUp = at(info, 'has_error') !== true;
  const [cpus, memoryBytes] = [
    numberAt(info, 'hardware_infos', 'cpu_core_count'),
    numberAt(info, 'hardware_infos', 'memory'),
  ];
  return {
    name: optionalTextAt(info, 'name') ?? 'querynode',
    isUp,
    ...(isUp ? {} : { text: optionalTextAt(info, 'error_reason') ?? 'in error' }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
  };
}

function jsonOf(text: string): unknown {
  try {
    return boundedJson(text);
  } catch {
    return undefined;
  }
}
