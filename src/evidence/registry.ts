import { appAutoscalersCollector } from './app/cluster/autoscalers.ts';
import { appBudgetsCollector } from './app/cluster/budgets.ts';
import { appEndpointsCollector } from './app/cluster/endpoints.ts';
import { appAnswersCollector, appHealthCollector, appWorkloadsCollector } from './app/collectors.ts';
import { externalSecretCollector } from './app/external-secret.ts';
import { appInsideCollector } from './app/inside/answers.ts';
import { appBeatCollector } from './app/inside/beat.ts';
import { appConnectionsCollector } from './app/inside/connections.ts';
import { appKeysCollector } from './app/inside/keys.ts';
import { appProcessesCollector } from './app/inside/processes.ts';
import { appSchemaCollector } from './app/inside/schema.ts';
import { appWorkersCollector } from './app/inside/workers.ts';
import { appChannelsCollector } from './app/outside/channels.ts';
import { appOutsideCollector } from './app/outside/origins.ts';
import { appProxiesCollector } from './app/outside/proxies.ts';
import { appPublicCollector } from './app/public.ts';
import { clusterAdmissionCollector } from './cluster/admission.ts';
import { clusterAutoscalerCollector } from './cluster/autoscaler.ts';
import { ingressClassesCollector, storageClassesCollector } from './cluster/classes.ts';
import { csiDriversCollector } from './cluster/csi-drivers.ts';
import { clusterDnsCollector } from './cluster/dns.ts';
import { entryWorkloadsCollector } from './cluster/entry-workloads.ts';
import { gatewaysCollector } from './cluster/gateways.ts';
import { clusterLimitsCollector } from './cluster/limits.ts';
import { logCollectorsCollector } from './cluster/log-collectors.ts';
import { metricsApisCollector } from './cluster/metrics-apis.ts';
import { clusterNodesCollector } from './cluster/nodes.ts';
import { clusterPodsCollector } from './cluster/pods.ts';
import { policyEnginesCollector } from './cluster/policy-engines.ts';
import { priorityClassesCollector } from './cluster/priority-classes.ts';
import { quotaOwnCollector } from './cluster/quota-own.ts';
import { clusterNamespaceCollector, clusterReleaseCollector } from './cluster/release.ts';
import { clusterRightsCollector } from './cluster/rights.ts';
import { secretStoreCollector } from './cluster/secret-store.ts';
import { sharedClaimsCollector } from './cluster/shared-claims.ts';
import { clusterVersionCollector } from './cluster/version.ts';
import { appDriftCollector } from './drift/collector.ts';
import { endpointsCollector } from './endpoints.ts';
import type { Collector } from './evidence.ts';
import { hostCollectors } from './host/collectors.ts';
import { imagesCollectors } from './images/collectors.ts';
import { mailCollector } from './mail/collector.ts';
import { namesCollectors } from './names/collectors.ts';
import { objectStorageCollector } from './object-storage/collector.ts';
import { postgresCollector } from './postgres/collector.ts';
import { archiveCollector } from './recovery/archive.ts';
import { backupsCollector } from './recovery/backups.ts';
import { drillsCollector } from './recovery/drills.ts';
import { repositoryBucketCollector } from './recovery/repository-bucket.ts';
import { scheduleCollector } from './recovery/schedule.ts';
import { workingTreeCollector } from './recovery/working-tree.ts';
import { redisCollector } from './redis/collector.ts';
import { releaseInstalledCollector } from './release/collector.ts';
import { renderedObjectsCollector } from './rendered/objects.ts';
import { secretsFactsCollector } from './secrets.ts';
import { otherDifyctlCollector, toolCollectors } from './tools.ts';
import { vectorStoreCollector } from './vector-store/collector.ts';

/** All collectors. A collector runs only if a selected check needs its evidence. */
export const COLLECTORS: readonly Collector<unknown>[] = [
  ...toolCollectors,
  otherDifyctlCollector,
  clusterVersionCollector,
  clusterNodesCollector,
  clusterPodsCollector,
  clusterAutoscalerCollector,
  clusterRightsCollector,
  clusterNamespaceCollector,
  clusterReleaseCollector,
  releaseInstalledCollector,
  clusterLimitsCollector,
  quotaOwnCollector,
  clusterAdmissionCollector,
  clusterDnsCollector,
  priorityClassesCollector,
  storageClassesCollector,
  csiDriversCollector,
  gatewaysCollector,
  secretStoreCollector,
  metricsApisCollector,
  policyEnginesCollector,
  logCollectorsCollector,
  entryWorkloadsCollector,
  ingressClassesCollector,
  sharedClaimsCollector,
  renderedObjectsCollector,
  ...hostCollectors,
  ...namesCollectors,
  ...imagesCollectors,
  endpointsCollector,
  objectStorageCollector,
  redisCollector,
  mailCollector,
  postgresCollector,
  vectorStoreCollector,
  secretsFactsCollector,
  drillsCollector,
  backupsCollector,
  repositoryBucketCollector,
  scheduleCollector,
  archiveCollector,
  workingTreeCollector,
  appWorkloadsCollector,
  appDriftCollector,
  externalSecretCollector,
  appAnswersCollector,
  appHealthCollector,
  appProcessesCollector,
  appKeysCollector,
  appConnectionsCollector,
  appBudgetsCollector,
  appAutoscalersCollector,
  appEndpointsCollector,
  appSchemaCollector,
  appWorkersCollector,
  appBeatCollector,
  appInsideCollector,
  appPublicCollector,
  appOutsideCollector,
  appChannelsCollector,
  appProxiesCollector,
];
