import { appAnswersCollector, appHealthCollector, appWorkloadsCollector } from './app/collectors.ts';
import { appInsideCollector } from './app/inside/answers.ts';
import { appBeatCollector } from './app/inside/beat.ts';
import { appSchemaCollector } from './app/inside/schema.ts';
import { appWorkersCollector } from './app/inside/workers.ts';
import { appPublicCollector } from './app/public.ts';
import { clusterAdmissionCollector } from './cluster/admission.ts';
import { clusterAutoscalerCollector } from './cluster/autoscaler.ts';
import { ingressClassesCollector, storageClassesCollector } from './cluster/classes.ts';
import { csiDriversCollector } from './cluster/csi-drivers.ts';
import { clusterDnsCollector } from './cluster/dns.ts';
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
  metricsApisCollector,
  policyEnginesCollector,
  logCollectorsCollector,
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
  appWorkloadsCollector,
  appDriftCollector,
  appAnswersCollector,
  appHealthCollector,
  appSchemaCollector,
  appWorkersCollector,
  appBeatCollector,
  appInsideCollector,
  appPublicCollector,
];
