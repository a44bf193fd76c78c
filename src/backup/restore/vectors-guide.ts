import { counted } from '../../base/words.ts';
import { FORGET_INDEXES } from '../../checklist/rebuild-vectors.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { COMPOSE_ADDRESSES, SERVICE_OF } from '../../render/compose/names.ts';
import { databaseLogin } from '../../render/dify-env/postgres.ts';
import { releaseNames } from '../../render/kubernetes/names.ts';
import { DEFAULT_CHART } from '../../versions/default-pair.ts';
import { type BackupManifest, partOf } from '../manifest.ts';
import { rebuildWords } from '../vectors/estimate.ts';
import { vectorCopy } from './target-vectors.ts';

/** Returns what a person does after the restore so that searches find the documents again. Empty if nothing. */
export function vectorsGuide(manifest: BackupManifest, deployment: Deployment): readonly string[] {
  const { mechanism, details } = partOf(manifest, 'vectors');
  if (mechanism === 'left-out' || vectorCopy(manifest) !== undefined) return [];
  if (mechanism !== 'rebuild') return [`vectors: restore them with the means of ${deployment.vectorStore.provider}`];
  if (details.segments === 0) return [];
  return [
    `vectors: Dify must embed the documents again: ${rebuildWords(details) ?? 'all segments'}. After difyctl install:`,
    ...embedCommands(deployment, FORGET_INDEXES),
  ];
}

/** The most knowledge bases that a command names. */
const MOST_NAMED = 20;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Returns what a person does if the store has fewer vectors than these knowledge bases have segments: the copy of the
 * vectors is older than the databases, or Dify was still embedding. Empty without a knowledge base.
 */
export function lackingGuide(bases: readonly string[], deployment: Deployment): readonly string[] {
  if (bases.length === 0) return [];
  const areNamed = bases.length <= MOST_NAMED && bases.every((id) => UUID.test(id));
  const only = areNamed ? ` AND id IN (${bases.map((id) => `'${id}'`).join(', ')})` : '';
  const which = areNamed ? '' : ', and with them all others';
  return [
    `vectors: searches do not find every segment of ${counted(bases.length, 'knowledge base')}. Dify must embed their documents again${which}. After difyctl install:`,
    ...embedCommands(deployment, `${FORGET_INDEXES}${only}`),
  ];
}

/** `statement`: makes `flask vdb-migrate` take a knowledge base. */
function embedCommands(deployment: Deployment, statement: string): readonly string[] {
  return [
    `  1. ${forgetCommand(deployment, statement)}`,
    `  2. ${inApi(deployment, 'flask vdb-migrate')}`,
    '  flask ends with exit 0 also after errors: each line "Error creating" names a knowledge base that step 2 must repeat',
  ];
}

function forgetCommand(deployment: Deployment, statement: string): string {
  const { postgres, target, name } = deployment;
  const { host, port, database, username } = databaseLogin(postgres, 'main', COMPOSE_ADDRESSES);
  const psql = `psql -U ${username} -d ${database} -c "${statement}"`;
  if (postgres.mode === 'external') return psql.replace('psql', `psql -h ${host} -p ${port}`);
  if (target.type === 'compose') return `docker compose -p ${name} exec ${host} ${psql}`;
  const labels = `app.kubernetes.io/instance=${name},app.kubernetes.io/name=postgresql`;
  const pod = `$(kubectl -n ${target.namespace} get pods -l ${labels} -o name | head -n 1)`;
  return `kubectl -n ${target.namespace} exec -it ${pod} -- ${psql}`;
}

function inApi(deployment: Deployment, command: string): string {
  const { target, name } = deployment;
  return target.type === 'compose'
    ? `docker compose -p ${name} exec ${SERVICE_OF.api} ${command}`
    : `kubectl -n ${target.namespace} exec deployment/${releaseNames(deployment, DEFAULT_CHART.name).full}-api -- ${command}`;
}
