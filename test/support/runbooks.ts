import type { JsonObject } from '../../src/base/json.ts';
import type { Deployment } from '../../src/deployment/schema/deployment.ts';
import type { RunbookInput } from '../../src/runbook/input.ts';
import { runbookText } from '../../src/runbook/runbook.ts';
import { parsedDeployment, SAMPLE_FILES, SAMPLE_NAMES, sampleDeployment } from './deployments.ts';

const RECIPIENT = `age1${'q'.repeat(58)}`;

/** The repository of the backups of a production. */
const BACKUP = {
  repository: 's3:https://backup.example.org/dify',
  password: { env: 'DIFY_BACKUP_PASSWORD' },
  s3: { accessKey: { env: 'DIFY_BACKUP_ACCESS' }, secretKey: { file: './backup-secret-key' }, region: 'eu-west-1' },
  recipients: [RECIPIENT],
};

const KUBERNETES = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
const COMPOSE = SAMPLE_FILES['prod-compose-s3-qdrant'];

/** A production on Kubernetes with a managed PostgreSQL and sets. */
export function managedKubernetes(by = 'aws-rds', changes: JsonObject = {}): Deployment {
  return parsedDeployment({
    ...KUBERNETES,
    postgres: { ...KUBERNETES.postgres, managed: { by, ha: true, backups: true } },
    recovery: { ...KUBERNETES.recovery, backup: BACKUP },
    ...changes,
  });
}

/** A production on one host with sets, whose vectors are restored from snapshots. */
export function composeWithSets(): Deployment {
  return parsedDeployment({
    ...COMPOSE,
    recovery: { ...COMPOSE.recovery, backup: BACKUP, vectorStore: { strategy: 'snapshot', interval: '1h' } },
  });
}

/** A test on one host with sets in a folder: everything is bundled. */
export function bundledWithSets(): Deployment {
  return parsedDeployment({
    ...SAMPLE_FILES['test-compose-bundled'],
    recovery: {
      postgres: { method: 'dump', interval: '12h' },
      backup: { repository: './backup', password: { file: './backup-password' }, recipients: [RECIPIENT] },
    },
  });
}

/** Each kind of deployment that a runbook tells apart, by name. */
export const RUNBOOK_DEPLOYMENTS: Readonly<Record<string, Deployment>> = {
  ...Object.fromEntries(SAMPLE_NAMES.map((name) => [name, sampleDeployment(name)])),
  'kubernetes, RDS': managedKubernetes(),
  'kubernetes, Aurora': managedKubernetes('aws-aurora'),
  'kubernetes, Azure': managedKubernetes('azure-flexible-server'),
  'kubernetes, Cloud SQL': managedKubernetes('gcp-cloud-sql'),
  'kubernetes, another vendor': managedKubernetes('example-cloud'),
  'kubernetes, cert-manager': managedKubernetes('aws-rds', {
    target: {
      ...KUBERNETES.target,
      ingress: { className: 'nginx', tls: { secretName: 'dify-tls', issuer: { kind: 'ClusterIssuer', name: 'le' } } },
    },
  }),
  'compose, sets': composeWithSets(),
  'compose, bundled, sets': bundledWithSets(),
};

/** The runbook of a deployment, with the time of the tests. */
export function runbookOf(deployment: Deployment, over: Partial<RunbookInput> = {}): string {
  return runbookText({
    ...{ deployment, baseDirectory: '/srv/ops/dify', file: 'difyctl.yaml', drill: undefined, rehearsal: undefined },
    now: new Date('2026-11-22T12:00:00Z'),
    ...over,
  });
}
