import { resolve } from 'node:path';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { ExternalPostgres } from '../deployment/schema/postgres.ts';
import { lossesIn } from '../recovery/losses.ts';
import { managedFigure } from '../recovery/services.ts';
import { COMPOSE_ADDRESSES, POSTGRES } from '../render/compose/names.ts';
import { BUNDLED_POSTGRES_USER, databaseLogin } from '../render/dify-env/postgres.ts';
import { chartAddresses, releaseNames } from '../render/kubernetes/names.ts';
import type { RunbookInput } from './input.ts';
import { dockerWords, kubectlWords } from './target.ts';
import { conninfoValue, type Word, words } from './words.ts';

/** Tables that get rows with every use of Dify. */
const NEWEST_ROWS =
  "SELECT 'messages' AS table, max(created_at) FROM messages UNION ALL SELECT 'workflow_runs', max(created_at) FROM workflow_runs";

/** Segments that Dify embeds, for each knowledge base (api/models/dataset.py). */
const SEGMENT_COUNTS =
  'SELECT d.name, count(*) FROM document_segments s JOIN datasets d ON d.id = s.dataset_id ' +
  "WHERE d.indexing_technique = 'high_quality' AND s.status = 'completed' AND s.enabled GROUP BY d.name ORDER BY 2 DESC";

/** The container's own password, which is in no argument. Bitnami's image may have it in a file. */
const IN_CONTAINER =
  'PGPASSWORD=$POSTGRES_PASSWORD; [ -n "$PGPASSWORD" ] || PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE"); ' +
  'export PGPASSWORD; exec "$@"';

/** Values about PostgreSQL: where it is, how it is reached, and what restores it. */
export function postgresValues(input: RunbookInput) {
  const { deployment, baseDirectory } = input;
  const { postgres, recovery } = deployment;
  const external = postgres.mode === 'external' ? postgres : undefined;
  const [main, plugin] = (['main', 'plugin'] as const).map((which) => login(deployment, which));
  const client = (program: string, which: 'main' | 'plugin') => clientWords(program, which, deployment, baseDirectory);
  return {
    externalPostgres: external !== undefined,
    pgHost: external?.host ?? '',
    pgUser: external?.username ?? '',
    pgServer: serverWords(deployment),
    mainDatabase: main?.database ?? '',
    pluginDatabase: plugin?.database ?? '',
    psqlServer: serverClient('psql', deployment),
    psqlMain: client('psql', 'main'),
    pgDumpMain: client('pg_dump', 'main'),
    pgRestoreMain: client('pg_restore', 'main'),
    pgRestorePlugin: client('pg_restore', 'plugin'),
    newestRows: NEWEST_ROWS,
    segmentCounts: SEGMENT_COUNTS,
    renameMain: renameStatement(main?.database ?? ''),
    renamePlugin: renameStatement(plugin?.database ?? ''),
    createMain: createStatement(main),
    createPlugin: createStatement(plugin),
    ...managedValues(external),
    ...meansValues(deployment),
    postgresPlan: planWords(recovery?.postgres),
  };
}

function login({ postgres, target, ...deployment }: Deployment, which: 'main' | 'plugin') {
  const addresses =
    target.type === 'compose'
      ? COMPOSE_ADDRESSES
      : chartAddresses(releaseNames({ postgres, target, ...deployment }, 'dify'));
  return databaseLogin(postgres, which, addresses);
}

/** `pg.example.com:5432`, or the name of the bundled server. */
export function serverWords(deployment: Deployment): string {
  const { postgres, target } = deployment;
  if (postgres.mode === 'external') return `${postgres.host}:${postgres.port}`;
  return target.type === 'compose' ? `the container ${POSTGRES}` : `the Service ${login(deployment, 'main').host}`;
}

/** The beginning of a command of a client on one database, with the login. */
function clientWords(
  program: string,
  which: 'main' | 'plugin',
  deployment: Deployment,
  baseDirectory: string,
): readonly Word[] {
  const { host, port, username, database } = login(deployment, which);
  const { postgres } = deployment;
  if (postgres.mode === 'bundled') return [...serverClient(program, deployment), ...words(`--dbname=${database}`)];
  const { mode, caFile } = postgres.tls;
  const settings = [
    ...Object.entries({ host, port: String(port), user: username, dbname: database, sslmode: mode }),
    ...(caFile === undefined ? [] : [['sslrootcert', resolve(baseDirectory, caFile)] as const]),
  ];
  return words(program, `--dbname=${settings.map(([name, value]) => `${name}=${conninfoValue(value)}`).join(' ')}`);
}

/** The beginning of a command on the server, whose database and, if it is external, role follow. */
function serverClient(program: string, deployment: Deployment): readonly Word[] {
  const { postgres, target } = deployment;
  if (postgres.mode === 'external') return words(program, `--host=${postgres.host}`, `--port=${postgres.port}`);
  const own = words(program, `--username=${BUNDLED_POSTGRES_USER}`);
  const inContainer = words('sh', '-c', IN_CONTAINER, 'sh');
  if (target.type === 'compose')
    return [...dockerWords(deployment), ...words('exec', '-T', POSTGRES), ...inContainer, ...own];
  const service = `service/${login(deployment, 'main').host}`;
  return [...kubectlWords(deployment), ...words('exec', '-i', service, '--'), ...inContainer, ...own];
}

function renameStatement(database: string): string {
  return `ALTER DATABASE "${database}" RENAME TO "${database}_before_restore"`;
}

function createStatement(of: { readonly database: string; readonly username: string } | undefined): string {
  return `CREATE DATABASE "${of?.database}" OWNER "${of?.username.replaceAll('"', '""')}"`;
}

/** Which vendor's commands restore the server. */
function managedValues(external: ExternalPostgres | undefined) {
  const by = external?.managed?.by;
  const vendor = by === undefined ? undefined : managedFigure('postgres', by)?.vendor;
  return {
    managedBy: by ?? '',
    managedPostgres: by !== undefined,
    hasStandby: external?.managed?.ha === true,
    rds: vendor === 'rds',
    aurora: vendor === 'aurora',
    azurePostgres: vendor === 'azure',
    cloudSql: vendor === 'cloud-sql',
    otherManaged: by !== undefined && vendor === undefined,
    ownPostgres: external !== undefined && by === undefined,
  };
}

/** What can restore the databases. */
export function meansValues(deployment: Deployment) {
  const { postgres, recovery } = deployment;
  const hasSets = recovery?.backup !== undefined;
  const loss = lossesIn('corruption', deployment, 'unseen').find(({ store }) => store === 'postgres');
  const providerRestores = recovery?.backup?.postgres === 'managed';
  const pointInTime = postgres.mode === 'external' && (loss?.by === 'archive' || loss?.by === 'measurement');
  const declaredCopies = !hasSets && !pointInTime && loss?.seconds !== undefined;
  return {
    hasSets,
    providerRestores,
    pointInTime,
    declaredCopies,
    restorable: hasSets || pointInTime,
    isUnrecoverable: !hasSets && !pointInTime && !declaredCopies,
    canDrill: hasSets && !providerRestores && postgres.mode === 'external',
  };
}

/** `pitr every 5m, kept for 14d`. */
function planWords(plan: NonNullable<Deployment['recovery']>['postgres']): string {
  if (plan === undefined) return 'nothing (recovery.postgres is not set)';
  const { method, interval, retention } = plan;
  return [
    `${method}${interval === undefined ? '' : ` every ${interval}`}`,
    ...(retention === undefined ? [] : [`kept for ${retention}`]),
  ].join(', ');
}
