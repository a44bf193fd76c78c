import { appHealth, appPing, appSetup, appWeb } from './app/answers.ts';
import { appRoutes } from './app/routes.ts';
import { appImages, appRestarts, appWorkloads } from './app/workloads.ts';
import type { Check } from './check.ts';
import { capacityFit } from './cluster/capacity/fit-check.ts';
import { capacityFree } from './cluster/capacity/free.ts';
import { capacityNodes } from './cluster/capacity/nodes.ts';
import { ingressClass } from './cluster/ingress-class.ts';
import { clusterPermissions } from './cluster/permissions.ts';
import { clusterReachable, clusterVersion, clusterVersionSkew } from './cluster/reachable.ts';
import { readWriteMany } from './cluster/storage.ts';
import { storageClass } from './cluster/storage-class.ts';
import { clusterZones } from './cluster/zones.ts';
import { acceptedRisks } from './config/accepted-risks.ts';
import { externalDataServices, localStorage } from './config/data-services.ts';
import { pinnedImages } from './config/pinned-images.ts';
import { configRenders } from './config/renders.ts';
import { configReplicas } from './config/replicas.ts';
import { configSecrets, publishedSecrets } from './config/secrets.ts';
import { debugLogs } from './config/settings.ts';
import { configTls } from './config/tls.ts';
import { hostCpu, hostDisk, hostMemory } from './host/machine.ts';
import { hostPorts } from './host/ports.ts';
import { hostSinglePointOfFailure } from './host/single-point-of-failure.ts';
import { imagesArchitectures } from './images/architectures.ts';
import { imagesAvailable } from './images/available.ts';
import { imagesPullSecret } from './images/pull-secret.ts';
import { imagesRegistries } from './images/registries.ts';
import { storageAddressStyle, storageBucket, storageRegion } from './object-storage/buckets.ts';
import { storageClock, storageLogin, storageTls } from './object-storage/connection.ts';
import { storageLifecycle, storagePublicAccess } from './object-storage/exposure.ts';
import { storageCapacity, storageIntegrity, storageRights } from './object-storage/objects.ts';
import { storageEncryption, storageReplication, storageVersioning } from './object-storage/protection.ts';
import { recoveryChecks } from './recovery/checks.ts';
import { redisChecks } from './redis/checks.ts';
import { releaseLeftovers, releaseState } from './release/state.ts';
import { reachableChecks } from './services/reachable.ts';
import { otherDifyctl } from './tools/other-difyctl.ts';
import { toolChecks } from './tools/programs.ts';
import { vectorStoreChecks } from './vector-store/checks.ts';

/** Every check of both phases, in the order of the reports. A new check is one line here. */
export const CHECKS: readonly Check[] = [
  ...toolChecks,
  otherDifyctl,
  clusterReachable,
  clusterVersion,
  clusterVersionSkew,
  clusterPermissions,
  capacityNodes,
  capacityFit,
  capacityFree,
  clusterZones,
  storageClass,
  readWriteMany,
  ingressClass,
  releaseState,
  releaseLeftovers,
  hostCpu,
  hostMemory,
  hostDisk,
  hostPorts,
  hostSinglePointOfFailure,
  imagesRegistries,
  imagesPullSecret,
  imagesAvailable,
  imagesArchitectures,
  configRenders,
  configSecrets,
  publishedSecrets,
  debugLogs,
  configReplicas,
  externalDataServices,
  localStorage,
  configTls,
  pinnedImages,
  acceptedRisks(() => CHECKS.map((check) => check.id)),
  ...recoveryChecks,
  ...redisChecks,
  ...reachableChecks,
  storageTls,
  storageLogin,
  storageClock,
  storageAddressStyle,
  storageRegion,
  storageBucket,
  storageRights,
  storageIntegrity,
  storageCapacity,
  storageVersioning,
  storageReplication,
  storageEncryption,
  storagePublicAccess,
  storageLifecycle,
  ...vectorStoreChecks,
  appWorkloads,
  appRestarts,
  appImages,
  appHealth,
  appPing,
  appSetup,
  appWeb,
  appRoutes,
];
