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
    `  1. ${forgetCommand(deployment)}`,
    `  2. ${inApi(deployment, 'flask vdb-migrate')}`,
    '  flask ends with exit 0 also after errors: each line "Error creating" names a knowledge base that step 2 must repeat',
  ];
}

function forgetCommand(deployment: Deployment): string {
  const { postgres, target, name } = deployment;
  const { host, port, database, username } = databaseLogin(postgres, 'main', COMPOSE_ADDRESSES);
  const psql = `psql -U ${username} -d ${database} -c "${FORGET_INDEXES}"`;
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
