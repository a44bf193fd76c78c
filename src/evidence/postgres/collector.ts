import { compact } from '../../base/json.ts';
import { plannedComponents } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { ExternalPostgres } from '../../deployment/schema/postgres.ts';
import { ProbeError } from '../../net/probe-error.ts';
import { type CollectContext, CollectionError, type Collector } from '../evidence.ts';
import { sampleBackends } from './backends.ts';
import { databaseSession } from './database-session.ts';
import { type DatabaseFact, type EntryFact, POSTGRES, type PostgresFacts } from './facts.ts';
import { PostgresFault } from './faults.ts';
import { type LoggedIn, logIn } from './log-in.ts';
import { poolerOf } from './pooler.ts';
import { withReplay } from './replay.ts';
import { databasesOf, rolesOf, serverOf } from './server.ts';
import { connect, type ServerAccess } from './session.ts';
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
  try {
    const tls = await tlsPlan(postgres.tls, context.baseDirectory);
    const access = { host, port, tls, dial: context.dial, signal: context.signal, limitMs: LIMIT_MS };
    const { stream, certificate } = await connect(access);
    stream.destroy();
    facts = { ...facts, ...compact({ certificate }) };
    return { ...facts, ...(await lookAround(access, deployment, postgres, context)) };
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    const shown = error instanceof CertificateFault ? { certificate: error.certificate } : {};
    return { ...facts, ...shown, fault: error.fact };
  }
}

async function lookAround(
  access: ServerAccess,
  deployment: Deployment,
  postgres: ExternalPostgres,
  { secrets }: CollectContext,
): Promise<Pick<PostgresFacts, 'entries' | 'roles' | 'server'>> {
  const timezone = sessionTimezone(deployment);
  const options = timezone === '' ? undefined : `-c timezone=${timezone}`;
  const main = await logIn(access, postgres, 'main', secrets, options);
  if (main.entry.fault?.kind === 'silent') throw new ProbeError('login', main.entry.fault.code, main.entry.fault.text);
  const plugin = await logIn(access, postgres, 'plugin', secrets);
  const all = [main, plugin];
  try {
    const way = all.find(({ session }) => session !== undefined);
    if (way?.session === undefined) return { entries: all.map(({ entry }) => entry), roles: [] };
    const roles = [...new Set(all.map(({ entry }) => entry.username))];
    const databases = [...new Set(all.map(({ entry }) => entry.database))];
    const server = await serverOf(way.session, { roles, databases });
    const catalog = await databasesOf(way.session, databases);
    const found = await rolesOf(way.session, roles);
    const pooler = await poolerOf(way.session, way.open, main.refusedOptions);
    // After the facts of the server, because these trials write WAL; replay is observed after them for the same reason.
    const entries = await Promise.all(all.map((entered) => inside(entered, catalog)));
    const upkeep = server.isInRecovery ? undefined : await upkeepOf(way.session, databases);
    const { replication } = server;
    const replay = replication === undefined ? undefined : await withReplay(way.session, replication);
    const turns = pooler === undefined ? await sampleBackends(way.open) : [];
    return {
      entries,
      roles: found,
      server: { ...server, backends: turns, ...compact({ pooler, upkeep, replication: replay }) },
    };
  } finally {
    await Promise.all(all.map(({ session }: LoggedIn) => session?.end()));
  }
}

async function inside({ entry, session, open }: LoggedIn, catalog: readonly DatabaseFact[]): Promise<EntryFact> {
  const whole = { ...entry, ...compact({ catalog: catalog.find(({ name }) => name === entry.database) }) };
  if (session === undefined || entry.fault !== undefined) return whole;
  try {
    return { ...whole, session: await databaseSession(session, entry.which, open) };
  } catch (error) {
    if (error instanceof PostgresFault) return { ...whole, fault: error.login };
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
