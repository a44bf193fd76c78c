import { boundedJson } from '../../../base/bounded-json.ts';
import { at, listAt, numberAt, optionalTextAt, textAt } from '../../../base/json-path.ts';
import { ProbeError } from '../../../net/probe-error.ts';
import { portOf } from '../../../providers/endpoint.ts';
import { storeUrl } from '../address.ts';
import { noteAnonymous } from '../anonymous.ts';
import { readCertificate } from '../client.ts';
import { probeName } from '../dify.ts';
import type { Asked, DatabaseFact, HealthFact, NodeFact, StoreOf } from '../facts.ts';
import { type Call, GRPC, type GrpcAnswer, withGrpc } from '../grpc.ts';
import { MILVUS_SERVICE, tryCollection } from '../milvus-collection.ts';
import type { Note, StoreContext, StoreProbe } from '../probe.ts';
import { encodeField, type Message } from '../protobuf.ts';

/** Milvus' error code for a database that does not exist (merr.ErrDatabaseNotFound). */
const NO_DATABASE = 800;

/** Probes Milvus by gRPC, as pymilvus does. */
export const probe: StoreProbe<'milvus'> = async (store, context, note) => {
  const url = storeUrl(store);
  if (url.protocol === 'https:') await readCertificate(url, context, note);
  const isSecure = url.protocol === 'https:';
  const target = { host: url.hostname, port: portOf(url), isSecure };
  const credentials = credentialsOf(store, context);
  const metadata = credentials === undefined ? {} : { authorization: Buffer.from(credentials).toString('base64') };
  await withGrpc({ ...target, metadata: { ...metadata, dbname: store.milvus.database } }, context, (call) =>
    look(call, store, context, note),
  );
  const listKeyless = () => withGrpc(target, context, (call) => call(`${MILVUS_SERVICE}/ShowCollections`));
  await noteAnonymous(async () => isDone(await listKeyless()), note);
};

/** A token takes precedence over user and password, as in Dify. Undefined if the file has neither. */
function credentialsOf({ milvus }: StoreOf<'milvus'>, context: StoreContext): string | undefined {
  const token = context.secret('token');
  if (token !== undefined) return token;
  return milvus.username === undefined ? undefined : `${milvus.username}:${context.secret('password') ?? ''}`;
}

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

/** The status in an answer of Milvus: field 1 is the old code, 3 the new one, 2 the reason. */
function statusOf({ message }: GrpcAnswer): { readonly code: number; readonly reason: string } {
  const status = message.message(1);
  return { code: status.number(3) || status.number(1), reason: status.text(2) };
}

function isDone(answer: GrpcAnswer): boolean {
  return answer.status === 0 && statusOf(answer).code === 0;
}

/** Returns the message of a successful answer. Throws ProbeError, `login` if the credentials are refused. */
function done(answer: GrpcAnswer): Message {
  if (isDone(answer)) return answer.message;
  throw refusal(answer);
}

function refusal(answer: GrpcAnswer): ProbeError {
  const { status, said } = answer;
  const { code, reason } = statusOf(answer);
  if (status === GRPC.unauthenticated)
    return new ProbeError('login', String(status), `refuses the credentials: ${said}`);
  if (status === GRPC.permissionDenied) return new ProbeError('use', '403', said);
  return status === 0 ? new ProbeError('use', String(code), reason) : new ProbeError('use', String(status), said);
}

function databaseOf(shown: GrpcAnswer, name: string): Asked<DatabaseFact> {
  if (isDone(shown)) return { seen: { name, exists: true } };
  const { code, reason } = statusOf(shown);
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
  if (!isDone(answer)) return { hidden: answer.said === '' ? statusOf(answer).reason : answer.said };
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
