import type { JsonObject } from '../../base/json.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { mergeBlocks } from '../../providers/chart-block.ts';
import { chartProfile } from '../../versions/known-charts.ts';
import { refuseOtherChart, refuseUnknownVersion } from '../known-version.ts';
import { renderModel } from '../model.ts';
import type { ChartFacts, RenderedKubernetes } from '../rendered.ts';
import { repositoryCertificate } from './backup-files.ts';
import { backupJobs } from './backup-jobs.ts';
import { bundledContext } from './blocks/bundled.ts';
import { mailBlock } from './blocks/mail.ts';
import { objectStorageBlock } from './blocks/object-storage.ts';
import { postgresBlock } from './blocks/postgres.ts';
import { processBlock } from './blocks/process.ts';
import { redisBlock } from './blocks/redis.ts';
import { vectorStoreBlock } from './blocks/vector-store.ts';
import { certificates, type ReferencedFiles, refuseUnmounted } from './certificates.ts';
import { checkChartKeys } from './chart-keys.ts';
import { fitToChart, givenByChart } from './chart-layout.ts';
import { componentValues } from './components.ts';
import { entryValues } from './entry-values.ts';
import { externalSecret } from './external-secret.ts';
import { refuseSecrets, withExtraValues } from './extra-values.ts';
import { renderedFiles } from './files.ts';
import { gracefulPatches } from './graceful.ts';
import { httpRoute } from './http-route.ts';
import { imageValues } from './image-values.ts';
import { manifests } from './manifests.ts';
import { migrationJob, migrationValues } from './migration.ts';
import { monitoring } from './monitoring.ts';
import { chartAddresses, chartNames } from './names.ts';
import { networkPolicies } from './network-policies.ts';
import { queueScalers } from './queue-scaler.ts';
import { sandboxObjects } from './sandbox-objects.ts';
import { secretContent } from './secret.ts';
import { ssrfRules } from './ssrf-rules.ts';
import { refuseDangling, refuseSecretVariables } from './wiring.ts';
import { mergedValues, workerPools } from './worker-pools.ts';

/**
 * Renders everything for helm and kubectl. Pure: the same input gives the same bytes. `files` has the contents of the
 * CA files that the deployment names, by the path as written in the file. Throws UserError for an unsupported Dify
 * version or chart, a key that the chart does not have, a secret as plain text, a disabled component that others need,
 * or the missing content of a CA file.
 */
export function renderKubernetes(
  deployment: Deployment,
  secrets: SecretValues,
  facts: ChartFacts,
  files: ReferencedFiles = new Map(),
): RenderedKubernetes {
  const profile = chartProfile(facts.name, facts.version);
  refuseUnknownVersion(deployment);
  refuseOtherChart(deployment.version, facts);
  refuseUnmounted(deployment, profile);
  const names = chartNames(deployment, facts);
  const addresses = chartAddresses(names);
  const model = renderModel(deployment, addresses);
  const planned = model.components;
  refuseDangling(deployment, planned);
  refuseSecrets(model, secrets);
  refuseSecretVariables(deployment, planned, addresses);
  const inSecret = {
    ...certificates(model, files),
    ...repositoryCertificate(deployment, files),
    ...ssrfRules(planned.ssrfProxy.enabled && !profile.withoutMounts.includes('ssrfProxy')),
  };
  const external = externalSecret(model, inSecret);
  const secret =
    external === undefined
      ? secretContent(model, secrets, inSecret)
      : { name: external.name, data: inSecret, externalKeys: external.keys };
  const bundled = bundledContext(deployment, secret.name);
  const blocks = mergeBlocks([
    processBlock(deployment, planned, addresses),
    mailBlock(deployment.mail),
    postgresBlock(deployment, addresses, bundled),
    redisBlock(deployment.redis, addresses, bundled),
    objectStorageBlock(deployment, bundled.storageClass),
    vectorStoreBlock(deployment.vectorStore, addresses, bundled),
  ]);
  const gives = givenByChart(blocks.gives, profile);
  const context = { ...model, planned, gives, names, profile, secretName: secret.name };
  const layers: readonly JsonObject[] = [
    { image: imageValues(deployment) },
    componentValues(context),
    entryValues(deployment, planned.api),
    migrationValues(deployment),
    blocks.values,
  ];
  const values = withExtraValues(
    fitToChart(layers.reduce(withExtraValues), profile),
    deployment.extraValues as JsonObject,
  );
  checkChartKeys(values, facts, deployment.extraValues as JsonObject, profile.unnamedKeys);
  const objects = [
    ...(external === undefined ? [] : [external.object]),
    ...manifests(deployment, planned, names),
    ...httpRoute(deployment, names),
    ...networkPolicies(deployment, planned, names),
    ...monitoring(deployment, planned, names),
    ...sandboxObjects(context),
    ...queueScalers(context),
    ...workerPools({ ...context, chartValues: mergedValues(facts, values) }),
    ...migrationJob(context),
    ...backupJobs(context),
  ];
  return {
    target: 'kubernetes',
    files: renderedFiles(deployment, { values, manifests: objects, patches: gracefulPatches(values, names), secret }),
    values,
    manifests: objects,
    secret,
  };
}
