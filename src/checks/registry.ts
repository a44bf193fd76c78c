import { appHealth, appPing, appSetup, appWeb } from './app/answers.ts';
import { appAutoscalers } from './app/cluster/autoscalers.ts';
import { appBudgets } from './app/cluster/budgets.ts';
import { appEndpoints } from './app/cluster/endpoints.ts';
import { appSpread } from './app/cluster/spread.ts';
import { appDrift } from './app/drift.ts';
import { appExternalSecret } from './app/external-secret.ts';
import { appEgress, appPluginDaemon, appSandbox, appSsrfProxy } from './app/inside/answers.ts';
import { appBeat } from './app/inside/beat.ts';
import { connectionsInUse } from './app/inside/connections.ts';
import { appKeys } from './app/inside/keys.ts';
import { appSchema } from './app/inside/schema.ts';
import { appQueues, appWorkers } from './app/inside/workers.ts';
import { outsideChecks } from './app/outside/checks.ts';
import { appPublicUrl } from './app/public-url.ts';
import { appRoutes } from './app/routes.ts';
import { appImages, appRestarts, appWorkloads } from './app/workloads.ts';
import { AUDIT_CHECKS } from './audit/checks.ts';
import type { Check } from './check.ts';
import { clusterAdmission } from './cluster/admission/check.ts';
import { capacityFit } from './cluster/capacity/fit-check.ts';
import { capacityFree } from './cluster/capacity/free.ts';
import { capacityNodes } from './cluster/capacity/nodes.ts';
import { clusterCpuLevel } from './cluster/cpu-level.ts';
import { csiDriver } from './cluster/csi-driver.ts';
import { clusterDns } from './cluster/dns.ts';
import { entryReplicas } from './cluster/entry-replicas.ts';
import { clusterGateway } from './cluster/gateway.ts';
import { ingressClass } from './cluster/ingress-class.ts';
import { clusterKinds } from './cluster/kinds.ts';
import { clusterLimitRange } from './cluster/limit-range.ts';
import { clusterMetrics } from './cluster/metrics.ts';
import { clusterNamespace } from './cluster/namespace.ts';
import { clusterNetworkPolicy } from './cluster/network-policy.ts';
import { ephemeralStorage, nodePressure } from './cluster/nodes-state.ts';
import { clusterPermissions } from './cluster/permissions.ts';
import { podSecurity } from './cluster/pod-security.ts';
import { priorityClass } from './cluster/priority-class.ts';
import { clusterQuota } from './cluster/quota.ts';
import { clusterReachable, clusterVersion, clusterVersionSkew } from './cluster/reachable.ts';
import { clusterSecretStore } from './cluster/secret-store.ts';
import { readWriteMany } from './cluster/storage.ts';
import { storageClass } from './cluster/storage-class.ts';
import { clusterZones } from './cluster/zones.ts';
import { acceptedRisks } from './config/accepted-risks.ts';
import { configAddresses } from './config/addresses.ts';
import { externalDataServices, localStorage } from './config/data-services.ts';
import { configLoad } from './config/load.ts';
import { passwordForms } from './config/password-forms.ts';
import { pinnedImages } from './config/pinned-images.ts';
import { pluginInstall } from './config/plugin-install.ts';
import { configProbes } from './config/probes.ts';
import { configQueues } from './config/queues.ts';
import { configRenders } from './config/renders.ts';
import { configReplicas } from './config/replicas.ts';
import { secretPairs } from './config/secret-pairs.ts';
import { configSecrets, publishedSecrets } from './config/secrets.ts';
import { debugLogs } from './config/settings.ts';
import { configTls } from './config/tls.ts';
import { hostChecks } from './host/checks.ts';
import { imagesChecks } from './images/checks.ts';
import { loggingChecks } from './logging/checks.ts';
import { mailChecks } from './mail/checks.ts';
import { namesChecks } from './names/checks.ts';
import { storageAddressStyle, storageBucket, storageRegion } from './object-storage/buckets.ts';
import { storageClock, storageLogin, storageTls } from './object-storage/connection.ts';
import { storageLifecycle, storagePublicAccess } from './object-storage/exposure.ts';
import { storageCapacity, storageIntegrity, storageRights } from './object-storage/objects.ts';
import { storageEncryption, storageReplication, storageVersioning } from './object-storage/protection.ts';
import { storageSize } from './object-storage/size.ts';
import { policyRequirements } from './policy/requirements.ts';
import { postgresArchiving } from './postgres/archiving.ts';
import { postgresConnections } from './postgres/connections.ts';
import { postgresDatabases } from './postgres/databases.ts';
import { postgresDurability } from './postgres/durability.ts';
import { postgresEncoding } from './postgres/encoding.ts';
import { postgresIsolation } from './postgres/isolation.ts';
import { postgresLatency } from './postgres/latency.ts';
import { postgresLogTables } from './postgres/log-tables.ts';
import { postgresLogin } from './postgres/login.ts';
import { postgresPooler } from './postgres/pooler.ts';
import { postgresPrimary } from './postgres/primary.ts';
import { postgresReplication } from './postgres/replication.ts';
import { postgresRights } from './postgres/rights.ts';
import { postgresSize } from './postgres/size.ts';
import { postgresStatementTimeout } from './postgres/statement-timeout.ts';
import { postgresTls } from './postgres/tls.ts';
import { postgresUpkeep } from './postgres/upkeep.ts';
import { postgresVersion } from './postgres/version.ts';
import { recoveryChecks } from './recovery/checks.ts';
import { redisChecks } from './redis/checks.ts';
import { releaseKnownFaults } from './release/known-faults.ts';
import { releaseLeftovers, releaseState } from './release/state.ts';
import { releaseVersion } from './release/version.ts';
import { reachableChecks } from './services/reachable.ts';
import { otherDifyctl } from './tools/other-difyctl.ts';
import { toolChecks } from './tools/programs.ts';
import { vectorStoreChecks } from './vector-store/checks.ts';

/** Every check of preflight and postflight, in the order of the reports. A new check is one line here. */
export const CHECKS: readonly Check[] = [
  ...toolChecks,
  otherDifyctl,
  clusterReachable,
  clusterVersion,
  clusterVersionSkew,
  clusterNamespace,
  clusterPermissions,
  clusterKinds,
  clusterQuota,
  clusterLimitRange,
  podSecurity,
  priorityClass,
  clusterAdmission,
  capacityNodes,
  capacityFit,
  capacityFree,
  clusterZones,
  clusterCpuLevel,
  nodePressure,
  ephemeralStorage,
  clusterDns,
  storageClass,
  csiDriver,
  readWriteMany,
  ingressClass,
  clusterSecretStore,
  clusterGateway,
  entryReplicas,
  clusterMetrics,
  clusterNetworkPolicy,
  releaseState,
  releaseLeftovers,
  releaseVersion,
  releaseKnownFaults,
  ...hostChecks,
  ...namesChecks,
  ...imagesChecks,
  configRenders,
  configSecrets,
  publishedSecrets,
  passwordForms,
  secretPairs,
  debugLogs,
  configReplicas,
  configLoad,
  configQueues,
  configProbes,
  pluginInstall,
  configAddresses,
  externalDataServices,
  localStorage,
  configTls,
  pinnedImages,
  acceptedRisks(() => ALL_CHECKS.map((check) => check.id)),
  policyRequirements(),
  ...recoveryChecks,
  ...loggingChecks,
  ...redisChecks,
  ...mailChecks,
  ...reachableChecks,
  postgresTls,
  postgresLogin,
  postgresVersion,
  postgresPrimary,
  postgresDatabases,
  postgresRights,
  postgresEncoding,
  postgresPooler,
  postgresConnections,
  postgresStatementTimeout,
  postgresIsolation,
  postgresLatency,
  postgresReplication,
  postgresArchiving,
  postgresDurability,
  postgresUpkeep,
  postgresSize,
  postgresLogTables,
  storageTls,
  storageLogin,
  storageClock,
  storageAddressStyle,
  storageRegion,
  storageBucket,
  storageRights,
  storageIntegrity,
  storageCapacity,
  storageSize,
  storageVersioning,
  storageReplication,
  storageEncryption,
  storagePublicAccess,
  storageLifecycle,
  ...vectorStoreChecks,
  connectionsInUse,
  appWorkloads,
  appDrift,
  appExternalSecret,
  appRestarts,
  appImages,
  appEndpoints,
  appSpread,
  appBudgets,
  appAutoscalers,
  appHealth,
  appPing,
  appSetup,
  appWeb,
  appRoutes,
  appSchema,
  appWorkers,
  appQueues,
  appBeat,
  appKeys,
  appSandbox,
  appPluginDaemon,
  appSsrfProxy,
  appEgress,
  appPublicUrl,
  ...outsideChecks,
];

/**
 * Every id once, with all its phases. An id that an audit asks too has the title and the severity of preflight or
 * postflight. Ids of audits alone are last.
 */
export const ALL_CHECKS: readonly Check[] = [
  ...CHECKS.map((check) =>
    AUDIT_CHECKS.some(({ id }) => id === check.id) ? { ...check, phases: [...check.phases, 'audit' as const] } : check,
  ),
  ...AUDIT_CHECKS.filter(({ id }) => CHECKS.every((check) => check.id !== id)),
];
