import { OBJECT_STORES } from '../../providers/object-storage/registry.ts';
import { VECTOR_STORES } from '../../providers/vector-store/registry.ts';

/**
 * Keys that the community chart reads although its values.yaml does not name them. Source: templates of chart
 * 0.38.0-rc2 and of its subcharts (docs/chart-facts.md). `*` matches one key.
 */
export const UNNAMED_KEYS: readonly string[] = [
  'nameOverride',
  'fullnameOverride',
  'labels',
  'annotations',
  'extraConfigFiles',
  'service.nodePort',
  'service.annotations',
  'service.labels',
  'service.clusterIP',
  'service.loadBalancerIP',
  'service.loadBalancerSourceRanges',
  'image.*.pullSecrets',
  '*.autoscaling.targetMemoryUtilizationPercentage',
  'postgresql.nameOverride',
  'postgresql.fullnameOverride',
  'postgresql.image.pullSecrets',
  'postgresql.primary.nodeSelector',
  'postgresql.global.postgresql.auth.existingSecret',
  'postgresql.global.postgresql.auth.secretKeys',
  'redis.sentinel',
];

/**
 * Keys that hold a Kubernetes object or an open map. Nothing below them is checked, even if the default is not empty.
 */
export const OPEN_KEYS: ReadonlySet<string> = new Set([
  'affinity',
  'annotations',
  'containerSecurityContext',
  'env',
  'envSecrets',
  'labels',
  'matchLabels',
  'nodeSelector',
  'podSecurityContext',
  'securityContext',
  'updateStrategy',
]);

/** Keys of the chart that hold a secret as text. difyctl writes no secret there; its Secret holds them all. */
export const SECRET_KEYS: readonly string[] = [
  'global.appSecretKey',
  'global.internalApiKey',
  'api.secretKey',
  'api.auth.internalApiKey',
  'api.otel.apiKey',
  'api.mail.resend.apiKey',
  'api.mail.smtp.password',
  'pluginDaemon.auth.serverKey',
  'pluginDaemon.auth.difyApiKey',
  'sandbox.auth.apiKey',
  'agentBackend.auth.apiToken',
  'agentBackend.auth.serverSecretKey',
  'agentBackend.auth.shellctlAuthToken',
  'postgresql.global.postgresql.auth.postgresPassword',
  'postgresql.global.postgresql.auth.password',
  'redis.auth.password',
  'redis.global.redis.password',
  'weaviate.authentication.apikey.allowed_keys',
  'weaviate.env.AUTHENTICATION_APIKEY_ALLOWED_KEYS',
  'externalPostgres.password',
  'externalMysql.password',
  'externalRedis.password',
  'externalRedis.sentinel.password',
  ...OBJECT_STORES.flatMap(({ chartSecrets }) => chartSecrets),
  ...VECTOR_STORES.flatMap(({ chartSecrets }) => chartSecrets),
];
