import { digestOf } from '../../base/digest.ts';
import { compact, type JsonObject } from '../../base/json.ts';
import { at } from '../../base/json-path.ts';
import { packageFile } from '../../base/package-file.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { literal, mergeEntries } from '../../providers/env-entry.ts';
import type { KubernetesObject } from '../rendered.ts';
import { certificateVolumes } from './certificates.ts';
import type { ComponentContext } from './components.ts';
import { environmentItem } from './extra-env.ts';
import { imageValues } from './image-values.ts';
import type { ChartNames } from './names.ts';
import { ownObject } from './own-object.ts';

/** The label `app.kubernetes.io/component` of the Job and its pod. No Service of the chart selects it. */
const COMPONENT = 'migration';
/** Seconds after which the cluster ends a migration that no difyctl waits for. */
const DEADLINE_SECONDS = 4 * 3600;
/** Seconds between the signal to end and the end, if difyctl deletes the Job. */
const GRACE_SECONDS = 10;
/** A Job's name is a label of its pods, which may have 63 characters; the suffixes need 22 of them. */
const LONGEST_NAME = 41;
const DIGEST_LENGTH = 10;

/**
 * True if one Job migrates the database before a roll-out. A bundled PostgreSQL or Redis does not exist before helm ran
 * for the first time, so the api migrates there when it starts, as the chart does. `api.migration: true` in
 * `extraValues` chooses the chart's way too.
 */
export function migratesInJob({ target, postgres, redis, extraValues }: Deployment): boolean {
  if (target.type !== 'kubernetes' || at(extraValues, 'api', 'migration') === true) return false;
  return postgres.mode === 'external' && redis.mode === 'external';
}

/** Without `api.migration`, no api pod migrates, and the chart's worker does not wait for the api. */
export function migrationValues(deployment: Deployment): JsonObject {
  return migratesInJob(deployment) ? { api: { migration: false } } : {};
}

/**
 * The Job that migrates the database: the api's image, environment and certificates. Its name follows from its content,
 * so that another image or database is another Job.
 */
export function migrationJob(context: ComponentContext): readonly KubernetesObject[] {
  const { deployment, names } = context;
  if (!migratesInJob(deployment)) return [];
  const pod = podSpec(context);
  const name = jobName(names, pod);
  const labels = { 'app.kubernetes.io/component': COMPONENT, 'difyctl/job': name };
  const spec = {
    backoffLimit: 0,
    activeDeadlineSeconds: DEADLINE_SECONDS,
    template: { metadata: { labels }, spec: pod },
  };
  return [ownObject(deployment, 'job', name, { spec }, labels)];
}

function jobName({ full }: ChartNames, pod: JsonObject): string {
  const base = full.slice(0, LONGEST_NAME).replace(/-+$/, '');
  return `${base}-${COMPONENT}-${digestOf(pod).slice(0, DIGEST_LENGTH)}`;
}

function podSpec(context: ComponentContext): JsonObject {
  const { deployment, planned, secretName } = context;
  const { requests, limits, nodeSelector, tolerations, priorityClassName, affinity } = planned.api;
  const { repository, tag } = imageValues(deployment).api;
  const pull = deployment.images?.pullSecret;
  const { extraVolumes = [], extraVolumeMounts = [] } = certificateVolumes(context, 'api', secretName);
  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: GRACE_SECONDS,
    ...(pull === undefined ? {} : { imagePullSecrets: [{ name: pull }] }),
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector: { ...nodeSelector } }),
    ...(tolerations.length === 0 ? {} : { tolerations: tolerations.map((one) => compact(one)) }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    // Rules about other pods are those of the replicas; of the file's affinity only the nodes apply.
    ...(affinity.nodeAffinity === undefined ? {} : { affinity: { nodeAffinity: affinity.nodeAffinity } }),
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    volumes: extraVolumes,
    containers: [
      {
        name: COMPONENT,
        image: `${repository}:${tag}`,
        imagePullPolicy: 'IfNotPresent',
        command: ['sh', '-c', packageFile('templates/migration.sh')],
        env: environment(context),
        resources: { requests: { ...requests }, limits: { ...limits } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        volumeMounts: extraVolumeMounts,
      },
    ],
  };
}

/** The chart's ConfigMap is still that of the previous revision, so the Job has the whole environment itself. */
function environment({ environment: table, secretName }: ComponentContext): readonly JsonObject[] {
  const own = [literal('MODE', 'migration'), literal('MIGRATION_ENABLED', true)];
  return mergeEntries(table.api, own)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) => environmentItem(entry, secretName));
}
