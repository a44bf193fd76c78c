import { digestOf } from '../../base/digest.ts';
import { deepMerge, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { at } from '../../base/json-path.ts';
import { POOL_LABEL } from '../../base/own-labels.ts';
import { mostReplicas } from '../../deployment/components.ts';
import { type PlannedPool, plannedPools } from '../../deployment/worker-pools.ts';
import { poolEnv } from '../dify-env/environment.ts';
import { OPEN_SECONDS } from '../open-seconds.ts';
import type { ChartFacts, KubernetesObject } from '../rendered.ts';
import { autoscaler } from './autoscaler.ts';
import { type ComponentContext, NO_LOSS } from './components.ts';
import { environmentItem } from './extra-env.ts';
import { budget } from './manifests.ts';
import { migratesInJob } from './migration.ts';
import { componentFullName, poolFullName, poolLabels } from './names.ts';
import { ownObject } from './own-object.ts';
import { placementOf } from './placement.ts';

/** Enough hex digits to distinguish two configurations of one deployment. */
const DIGEST_LENGTH = 10;

/** What the objects of a pool are made of, besides the plan. */
export interface PoolContext extends ComponentContext {
  /** The values of the chart as helm merges them: its defaults with the rendered values. */
  readonly chartValues: JsonObject;
}

/** Returns the values that the chart's templates see. */
export function mergedValues({ values }: Pick<ChartFacts, 'values'>, rendered: JsonObject): JsonObject {
  return deepMerge(values, rendered) as JsonObject;
}

/**
 * Deployment, budget and autoscaler of each worker pool. The chart has one Deployment of workers, so difyctl creates
 * these, with the values, the ConfigMap and the Secret of the chart's worker: image, environment, volumes and security
 * contexts agree with it.
 */
export function workerPools(context: PoolContext): readonly KubernetesObject[] {
  return plannedPools(context.deployment).flatMap((pool) => poolObjects(context, pool));
}

function poolObjects(context: PoolContext, pool: PlannedPool): readonly KubernetesObject[] {
  const { deployment, names } = context;
  const name = poolFullName(names, pool.name);
  const labels = { ...poolLabels(names), [POOL_LABEL]: pool.name };
  const spec = {
    replicas: pool.replicas,
    selector: { matchLabels: labels },
    ...(deployment.tier === 'prod' && mostReplicas(pool) > 1 ? { strategy: { ...NO_LOSS } } : {}),
    template: { metadata: { labels }, spec: podSpec(context, pool, labels) },
  };
  return [
    ownObject(deployment, 'deployment', name, { spec }, labels),
    ...budget(deployment, pool, name, labels),
    ...autoscaler(deployment, pool, name),
  ];
}

function podSpec(context: PoolContext, pool: PlannedPool, labels: Readonly<Record<string, string>>): JsonObject {
  const { deployment, names, chartValues } = context;
  const worker = block(chartValues.worker);
  const { image, imagePullPolicy, pullSecrets } = apiImage(chartValues);
  const own = componentFullName(names, 'worker');
  const envFrom = [{ configMapRef: { name: own } }, { secretRef: { name: own } }];
  const resources = { requests: { ...pool.requests }, limits: { ...pool.limits } };
  const container = { image, ...security('securityContext', worker.containerSecurityContext), envFrom, resources };
  return {
    serviceAccountName: serviceAccount(worker, own),
    terminationGracePeriodSeconds: OPEN_SECONDS,
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
    ...present('hostAliases', worker.hostAliases),
    ...security('securityContext', worker.podSecurityContext),
    ...placementOf(deployment, { plan: pool, labels, near: {} }),
    ...(migratesInJob(deployment)
      ? {}
      : { initContainers: [{ name: 'check-api', ...container, command: waitForApi(context) }] }),
    containers: [
      {
        name: 'worker',
        ...container,
        imagePullPolicy,
        ...present('livenessProbe', worker.customLivenessProbe),
        ...present('readinessProbe', worker.customReadinessProbe),
        ...present('startupProbe', worker.customStartupProbe),
        env: environment(context, pool, worker),
        ...present('volumeMounts', worker.extraVolumeMounts),
      },
    ],
    ...present('volumes', worker.extraVolumes),
  };
}

function apiImage(chartValues: JsonObject) {
  const { repository, tag, pullPolicy, pullSecrets } = block(block(chartValues.image).api);
  return {
    image: `${String(repository)}:${String(tag)}`,
    imagePullPolicy: typeof pullPolicy === 'string' ? pullPolicy : 'IfNotPresent',
    pullSecrets: Array.isArray(pullSecrets) ? pullSecrets.map(String) : [],
  };
}

/** The chart's rule for the name of the worker's service account. */
function serviceAccount(worker: JsonObject, fullName: string): string {
  const given = at(worker, 'serviceAccount', 'name');
  const usual = at(worker, 'serviceAccount', 'create') === true ? fullName : 'default';
  return typeof given === 'string' && given !== '' ? given : usual;
}

/** Until the api, which migrates, serves; as the chart's worker waits. */
function waitForApi({ names }: PoolContext): readonly string[] {
  const api = `http://${componentFullName(names, 'api')}:5001/health`;
  return ['sh', '-c', `until curl -fsS ${api}; do sleep 1; done`];
}

/**
 * The variables of the chart's worker, with those of the pool in their place. The last one makes pods roll if the
 * ConfigMap or the Secret of the chart change, as the checksums of the chart's worker do.
 */
function environment(context: PoolContext, pool: PlannedPool, worker: JsonObject): readonly JsonObject[] {
  const { deployment, gives, secretName } = context;
  const listed = (Array.isArray(worker.extraEnv) ? worker.extraEnv : []).filter(isObject) as readonly JsonObject[];
  const level = typeof worker.logLevel === 'string' ? [{ name: 'LOG_LEVEL', value: worker.logLevel }] : [];
  const given = digestOf({ given: gives.worker ?? {}, extraValues: deployment.extraValues });
  const items: readonly JsonObject[] = [
    { name: 'MODE', value: 'worker' },
    ...level,
    ...listed,
    ...poolEnv(pool).map((entry) => environmentItem(entry, secretName)),
    { name: 'DIFYCTL_CONFIGURATION', value: given.slice(0, DIGEST_LENGTH) },
  ];
  // A second entry of one name would make a server-side apply fail.
  return [...new Map(items.map((item) => [String(item.name), item])).values()];
}

/** A context with a switch (`enabled`, from chart 0.36 on) or without one. */
function security(key: string, context: Json | undefined): JsonObject {
  const { enabled = true, ...fields } = block(context);
  return enabled === true && Object.keys(fields).length > 0 ? { [key]: fields } : {};
}

/** A field, unless the chart would leave it out: absent, or empty. */
function present(key: string, value: Json | undefined): JsonObject {
  const isEmpty = value === undefined || value === null || Object.keys(value).length === 0;
  return isEmpty ? {} : { [key]: value };
}

function block(value: Json | undefined): JsonObject {
  return isObject(value) ? (value as JsonObject) : {};
}
