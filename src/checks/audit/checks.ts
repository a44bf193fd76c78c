import type { AuditCheck } from './check.ts';
import { auditBeat, auditMigration, auditQueues, auditReplicas } from './rules/copies.ts';
import { auditPluginSignatures, auditPublishedPorts, auditSsrf, auditTls } from './rules/exposure.ts';
import { auditCompanions, auditKnownFaults, auditPinnedImages } from './rules/images.ts';
import { auditBudgets, auditNetworkPolicies, auditSpread, auditTokens } from './rules/placement.ts';
import { auditRedisPassword, auditRedisPersistence } from './rules/redis.ts';
import { auditEmptyKeys, auditPublishedSecrets, auditSecretPairs } from './rules/secrets.ts';
import {
  auditBackups,
  auditDataServices,
  auditLocalStorage,
  auditPluginDatabase,
  auditSharedClaims,
  auditVectorStore,
} from './rules/storage.ts';
import { auditDebugLogs, auditDrift, auditProbes, auditReleaseState, auditResources } from './rules/upkeep.ts';

/** Every check of `difyctl audit`, in the order of the report. */
export const AUDIT_CHECKS: readonly AuditCheck[] = [
  auditSharedClaims,
  auditReleaseState,
  auditKnownFaults,
  auditCompanions,
  auditPublishedSecrets,
  auditSecretPairs,
  auditEmptyKeys,
  auditPluginSignatures,
  auditDebugLogs,
  auditReplicas,
  auditBeat,
  auditQueues,
  auditMigration,
  auditBudgets,
  auditSpread,
  auditTokens,
  auditNetworkPolicies,
  auditResources,
  auditProbes,
  auditPublishedPorts,
  auditTls,
  auditDataServices,
  auditLocalStorage,
  auditPluginDatabase,
  auditPinnedImages,
  auditBackups,
  auditRedisPassword,
  auditRedisPersistence,
  auditVectorStore,
  auditSsrf,
  auditDrift,
];
