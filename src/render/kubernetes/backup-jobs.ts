import { stringify } from 'yaml';
import { cronText } from '../../base/calendar.ts';
import { compact, type JsonObject } from '../../base/json.ts';
import { ownLabels } from '../../base/own-labels.ts';
import { type ScheduledName, type ScheduledWork, scheduledWork } from '../../deployment/scheduled-work.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { RenderModel } from '../model.ts';
import type { KubernetesObject } from '../rendered.ts';
import { backupCaFiles } from './backup-files.ts';
import { backupPolicy } from './backup-policy.ts';
import { backupRights, copiesBundledVectors } from './backup-rights.ts';
import type { ComponentContext } from './components.ts';
import { cronJobName } from './names.ts';
import { ownObject } from './own-object.ts';

type BackupContext = ComponentContext & Pick<RenderModel, 'requiredSecrets'>;

/** The user `node` of templates/Dockerfile. Any id except root's would work. */
const USER = 1000;
/** Folders of what pods read. The folder of the file is writable: difyctl stores its state beside it. */
const FOLDERS = { work: '/work', temporary: '/tmp', secrets: '/run/difyctl/secrets' } as const;
const KUBECONFIG = '/run/difyctl/kubeconfig';
/** Seconds after which the cluster ends a run. A prune removes what a run left after 24 hours. */
const DEADLINE_SECONDS = 20 * 3_600;
/** Retries of a run: another one may lock the repository. */
const RETRIES = 3;
/** Limits of a missed start, in seconds (kubernetes.io, CronJob, starting deadline). */
const [SHORTEST_DELAY, LONGEST_DELAY] = [300, 12 * 3_600];
/** restic reads the index of the repository into memory: about 1 GiB for 10 TiB (restic.readthedocs.io, FAQ). */
const RESOURCES = { requests: { cpu: '250m', memory: '512Mi' }, limits: { cpu: '2', memory: '2Gi' } } as const;

/** The secrets and CA files that a work gets, by the start of their paths. A set has every secret, encrypted. */
const READS: Readonly<Record<ScheduledName, readonly string[]>> = {
  backup: [''],
  verify: ['recovery.backup.'],
  prune: ['recovery.backup.'],
  drill: ['recovery.backup.', 'postgres.', 'secrets.secretKey', 'objectStorage.', 'vectorStore.'],
};

/**
 * The CronJobs that run `difyctl backup`, `backup verify`, `backup prune` and `drill`, with the file and the rights that
 * they need. Empty without `recovery.backup.interval`.
 */
export function backupJobs(context: BackupContext): readonly KubernetesObject[] {
  const { deployment, names } = context;
  const scheduled = scheduledWork(deployment);
  if (scheduled.length === 0) return [];
  const name = cronJobName(names, 'backup');
  const file = ownObject(deployment, 'configMap', name, {
    data: { 'difyctl.yaml': fileText(deployment), kubeconfig: IN_CLUSTER },
  });
  return [
    file,
    ...backupRights(deployment, name),
    ...backupPolicy(deployment, name, scheduled),
    ...scheduled.map((work) => cronJob(context, work)),
  ];
}

function cronJob(context: BackupContext, work: ScheduledWork): KubernetesObject {
  const { deployment } = context;
  const labels = { ...ownLabels(deployment.name), 'app.kubernetes.io/component': work.name };
  return ownObject(
    deployment,
    'cronJob',
    cronJobName(context.names, work.name),
    {
      spec: {
        schedule: cronText(work.calendar),
        timeZone: 'Etc/UTC',
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: Math.min(LONGEST_DELAY, Math.max(SHORTEST_DELAY, Math.floor(work.gap / 2))),
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          metadata: { labels },
          spec: {
            backoffLimit: RETRIES,
            activeDeadlineSeconds: DEADLINE_SECONDS,
            template: { metadata: { labels }, spec: podSpec(context, work) },
          },
        },
      },
    },
    labels,
  );
}

function podSpec(context: BackupContext, work: ScheduledWork): JsonObject {
  const { deployment, planned, requiredSecrets, secretName } = context;
  const { nodeSelector, tolerations, priorityClassName } = planned.api;
  const pull = deployment.images?.pullSecret;
  const name = cronJobName(context.names, 'backup');
  const secrets = requiredSecrets.filter(({ path }) => READS[work.name].some((start) => path.startsWith(start)));
  const files = backupCaFiles(context).filter(({ field }) => READS[work.name].some((start) => field.startsWith(start)));
  const items = [...secrets.map(({ path }) => path), ...files.map(({ key }) => key)];
  return {
    restartPolicy: 'Never',
    serviceAccountName: name,
    // A backup asks the API server for the lock and for what is installed, and a drill only for a bundled vector store.
    automountServiceAccountToken: work.name === 'backup' || (work.name === 'drill' && copiesBundledVectors(deployment)),
    enableServiceLinks: false,
    ...(pull === undefined ? {} : { imagePullSecrets: [{ name: pull }] }),
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector: { ...nodeSelector } }),
    ...(tolerations.length === 0 ? {} : { tolerations: tolerations.map((one) => compact(one)) }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      fsGroup: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumes: [
      { name: 'work', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
      { name: 'file', configMap: { name } },
      {
        name: 'secrets',
        secret: { secretName, defaultMode: 0o400, items: items.map((key) => ({ key, path: key })) },
      },
    ],
    containers: [
      {
        name: 'difyctl',
        image: deployment.recovery?.backup?.image ?? '',
        imagePullPolicy: 'IfNotPresent',
        command: ['difyctl', ...work.command, '--config', `${FOLDERS.work}/difyctl.yaml`, ...overrides(context)],
        env: [
          { name: 'HOME', value: FOLDERS.temporary },
          { name: 'TMPDIR', value: FOLDERS.temporary },
          { name: 'KUBECONFIG', value: KUBECONFIG },
        ],
        workingDir: FOLDERS.work,
        resources: RESOURCES,
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: [
          { name: 'work', mountPath: FOLDERS.work },
          { name: 'tmp', mountPath: FOLDERS.temporary },
          { name: 'file', mountPath: `${FOLDERS.work}/difyctl.yaml`, subPath: 'difyctl.yaml', readOnly: true },
          { name: 'file', mountPath: KUBECONFIG, subPath: 'kubeconfig', readOnly: true },
          { name: 'secrets', mountPath: FOLDERS.secrets, readOnly: true },
        ],
      },
    ],
  };
}

/**
 * The options that differ in a pod. A set stores the file itself, so its references stay those of the operator; in the
 * pod, each reference names a file of the Secret, which does not exist for a secret that the work does not get. The
 * context is that of `IN_CLUSTER`.
 */
function overrides(context: BackupContext): readonly string[] {
  const set = [
    ['target.context', 'null'],
    ...context.requiredSecrets.map(({ path }) => [path, `file:${FOLDERS.secrets}/${path}`]),
    ...backupCaFiles(context).map(({ field, key }) => [field, `${FOLDERS.secrets}/${key}`]),
  ];
  return set.flatMap(([path, value]) => ['--set', `${path}=${value}`]);
}

/**
 * The cluster from inside a pod. Without a kubeconfig, `kubectl config view` would name no cluster, and the identity of
 * the cluster would be unknown. The paths are those of every pod with a token (kubernetes.io, Accessing the API from a
 * Pod).
 */
const IN_CLUSTER = stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [
    {
      name: 'in-cluster',
      cluster: {
        server: 'https://kubernetes.default.svc',
        'certificate-authority': '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
      },
    },
  ],
  users: [{ name: 'in-cluster', user: { tokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token' } }],
  contexts: [{ name: 'in-cluster', context: { cluster: 'in-cluster', user: 'in-cluster' } }],
  'current-context': 'in-cluster',
});

/** The deployment as a file: with defaults, so that the pods use the values of this version. It contains no secret. */
function fileText(deployment: Deployment): string {
  const data: unknown = JSON.parse(JSON.stringify(deployment));
  return stringify(data, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}
