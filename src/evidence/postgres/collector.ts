import { compact } from '../../base/json.ts';
import { plannedComponents } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { ExternalPostgres } from '../../deployment/schema/postgres.ts';
import { ProbeError } from '../../net/probe-error.ts';
import { type CollectContext, CollectionError, type Collector } from '../evidence.ts';
import { sampleBackends } from './backends.ts';
import { databaseSession } from './database-session.ts';
import { type DatabaseFact, type EntryFact, POSTGRES, type PostgresFacts, type ServerFact } from './facts.ts';
import { PostgresFault } from './faults.ts';
import { type LoggedIn, logIn } from './log-in.ts';
import { poolerOf } from './pooler.ts';
import { withReplay } from './replay.ts';
import { databasesOf, latenciesOf, rolesOf, serverOf } from './server.ts';
import { connect, type ServerAccess, type Session } from './session.ts';
import { CertificateFault, tlsPlan } from './tls.ts';
import { upkeepOf } from './upkeep.ts';
import { askVendor } from './vendor-cli.ts';

/**
 * Milliseconds for each of connecting, TLS, a login, an answer. Dify's own pool gives up after 30 s; a healthy server
 * needs a few ms.
 */
const LIMIT_MS = 5_000;

/**
 * Probes the external PostgreSQL with the logins of the api and of the plugin daemon; every trial is rolled back or
 * removed.
 */
export const postgresCollector: Collector<PostgresFacts> = {
  key: POSTGRES,
  timeoutMs: 60_000,
  fromCluster: true,
  collect: async (context) => {
    const { deployment } = context;
    if (deployment?.postgres.mode !== 'external')
      throw new CollectionError('absent', 'an external PostgreSQL in the file');
    const { host, managed } = deployment.postgres;
    const asked = managed === undefined ? undefined : askVendor(host, managed.by, context);
    const [facts, vendor] = await Promise.all([collectPostgres(deployment, deployment.postgres, context), asked]);
    return { ...facts, ...compact({ vendor }) };
  },
};

async function collectPostgres(
  deployment: Deployment,
  postgres: ExternalPostgres,
  context: CollectContext,
): Promise<PostgresFacts> {
  const { host, port } = postgres;
  let facts: PostgresFacts = { address: `${host}:${port}`, entries: [], roles: [] };
  const note: Note = (known) => {
    facts = { ...facts, ...known };
  };
  try {
    const tls = await tlsPlan(postgres.tls, context.baseDirectory);
    const access = { host, port, tls, dial: context.dial, signal: context.signal, limitMs: LIMIT_MS };
    const { stream, certificate } = await connect(access);
    stream.destroy();
    note(compact({ certificate }));
    await collectFacts(access, deployment, postgres, context, note);
    return facts;
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    const shown = error instanceof CertificateFault ? { certificate: error.certificate } : {};
    return { ...facts, ...shown, fault: error.fact };
  }
}

/** Records facts at once, so that they are kept if the probe throws later. */
type Note = (facts: Partial<PostgresFacts>) => void;

async function collectFacts(
  access: ServerAccess,
  deployment: Deployment,
  postgres: ExternalPostgres,
  { secrets }: CollectContext,
  note: Note,
): Promise<void> {
  const timezone = sessionTimezone(deployment);
  const options = timezone === '' ? undefined : `-c timezone=${timezone}`;
  const main = await logIn(access, postgres, 'main', secrets, options);
  if (main.entry.fault?.kind === 'silent') throw new ProbeError('login', main.entry.fault.code, main.entry.fault.text);
  const all = [main];
  try {
    note({ entries: [main.entry] });
    all.push(await logIn(access, postgres, 'plugin', secrets));
    note({ entries: all.map(({ entry }) => entry) });
    const way = all.find(({ session }) => session !== undefined);
    if (way?.session !== undefined) await noteServer(all, { ...way, session: way.session }, main, note);
  } finally {
    await Promise.all(all.map(({ session }) => session?.end()));
  }
}

/** Notes the facts that `way`, one of the logins `all` with a session, can read. */
async function noteServer(
  all: readonly LoggedIn[],
  { session, open }: LoggedIn & { readonly session: Session },
  main: LoggedIn,
  note: Note,
): Promise<void> {
  const roles = [...new Set(all.map(({ entry }) => entry.username))];
  const databases = [...new Set(all.map(({ entry }) => entry.database))];
  let server: ServerFact = { ...(await serverOf(session, { roles, databases })), latencies: [] };
  const noteOfServer = (known: Partial<ServerFact>) => {
    server = { ...server, ...known };
    note({ server });
  };
  noteOfServer({});
  noteOfServer({ latencies: await latenciesOf(session) });
  const catalog = await databasesOf(session, databases);
  const inCatalog = all.map((login) => ({ ...login, entry: withCatalog(login.entry, catalog) }));
  note({ entries: inCatalog.map(({ entry }) => entry), roles: await rolesOf(session, roles) });
  const pooler = await poolerOf(session, open, main.refusedOptions);
  noteOfServer(compact({ pooler }));
  // After the facts of the server, because these trials write WAL; replay is observed after them for the same reason.
  note({ entries: await Promise.all(inCatalog.map(inside)) });
  if (!server.isInRecovery) noteOfServer({ upkeep: await upkeepOf(session, databases) });
  const { replication } = server;
  if (replication !== undefined) noteOfServer({ replication: await withReplay(session, replication) });
  noteOfServer({ backends: pooler === undefined ? await sampleBackends(open) : [] });
}

function withCatalog(entry: EntryFact, catalog: readonly DatabaseFact[]): EntryFact {
  return { ...entry, ...compact({ catalog: catalog.find(({ name }) => name === entry.database) }) };
}

async function inside({ entry, session, open }: LoggedIn): Promise<EntryFact> {
  if (session === undefined || entry.fault !== undefined) return entry;
  try {
    return { ...entry, session: await databaseSession(session, entry.which, open) };
  } catch (error) {
    if (error instanceof PostgresFault) return { ...entry, fault: error.login };
    throw error;
  }
}

/**
 * DB_SESSION_TIMEZONE_OVERRIDE of the api, default UTC: the api sends it as a startup option (Dify 1.16, api
 * configuration).
 */
function sessionTimezone(deployment: Deployment): string {
  return (plannedComponents(deployment).api.extraEnv.DB_SESSION_TIMEZONE_OVERRIDE ?? 'UTC').trim();
}
