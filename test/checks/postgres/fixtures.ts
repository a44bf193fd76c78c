import { deepMerge, type JsonObject } from '../../../src/base/json.ts';
import type { CheckResult } from '../../../src/checks/check.ts';
import { type EntryFact, POSTGRES, type PostgresFacts, type ServerFact } from '../../../src/evidence/postgres/facts.ts';
import { SESSION_SETTINGS, type SessionFact } from '../../../src/evidence/postgres/session-facts.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES, type SampleName } from '../../support/deployments.ts';

const NOTHING_SET = Object.fromEntries(SESSION_SETTINGS.map((name) => [name, undefined])) as SessionFact['settings'];

export const healthySession: SessionFact = {
  user: 'dify',
  settings: NOTHING_SET,
  schema: 'public',
  table: {},
  foreignTables: { count: 0, owners: [] },
};

export function entry(which: EntryFact['which'], over: Partial<EntryFact> = {}): EntryFact {
  const database = which === 'main' ? 'dify' : 'dify_plugin';
  const catalog = { name: database, owner: 'dify', encoding: 'UTF8', takesConnections: true, connectionLimit: -1 };
  return { which, database, username: 'dify', catalog, session: healthySession, ...over };
}

export const healthyServer: ServerFact = {
  version: 150_008,
  product: 'PostgreSQL 15.8',
  isInRecovery: false,
  connections: { max: 500, reserved: 3, others: 10 },
  replication: {
    standbys: [{ name: 'walreceiver', state: 'streaming', sync: 'async', lagBytes: 0 }],
    required: '',
    isShown: true,
  },
  archiving: {
    mode: 'on',
    command: 'wal-g wal-push %p',
    library: '',
    timeoutSeconds: 60,
    archived: 90,
    failed: 0,
    lastArchived: { wal: '00000001000000000000005A', at: '2026-11-22T11:59:30Z' },
    waitingSegments: 0,
    openBytes: 0,
    now: '2026-11-22T12:00:00Z',
  },
  sharedBuffers: 2 ** 27,
  latencies: Array.from({ length: 40 }, (_, index) => (index < 30 ? 0.4 : 0.9)),
};

/** A healthy PostgreSQL as evidence. */
export function facts(over: Partial<PostgresFacts> = {}): PostgresFacts {
  return {
    address: 'pg.example.internal:5432',
    certificate: {
      subject: 'pg.example.internal',
      issuer: 'Example CA',
      validFrom: '2026-01-01T00:00:00.000Z',
      validTo: '2027-06-01T00:00:00.000Z',
      protocol: 'TLSv1.3',
    },
    entries: [entry('main'), entry('plugin')],
    roles: [{ name: 'dify', isSuperuser: false, mayCreateDatabases: false, mayLogin: true, connectionLimit: -1 }],
    server: healthyServer,
    ...over,
  };
}

/** Evidence of a server that differs from the healthy one. */
export const server = (over: Partial<ServerFact>): PostgresFacts => facts({ server: { ...healthyServer, ...over } });

/** One check's result on this evidence, for a healthy production on Kubernetes with what `file` changes. */
export function resultOf(
  id: string,
  seen: PostgresFacts,
  file: JsonObject = {},
  sample: SampleName = 'prod-kubernetes-s3-qdrant',
): CheckResult {
  const deployment = parsedDeployment(deepMerge(SAMPLE_FILES[sample], file) as JsonObject);
  return judged(checkOf(id), { deployment, seen: [[POSTGRES, seen]] });
}
