import { OBJECT_STORES } from '../../providers/object-storage/registry.ts';
import { VECTOR_STORES } from '../../providers/vector-store/registry.ts';

/**
 * Keys that the community chart takes although its values.yaml does not name them (chart 0.38.0-rc2, read in its templates and in those of
 * its subcharts; docs/chart-facts.md). `*` stands for one key.
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

/** Keys below which everything is Kubernetes' own, or an open map, also where the default holds something. */
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

/** Keys of the chart that hold a secret as text. difyctl puts none there: its Secret holds them all. */
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
  'externalS3.accessKey',
  'externalS3.secretKey',
  'externalAzureBlobStorage.key',
  'externalGCS.serviceAccountJsonBase64',
  ...OBJECT_STORES.flatMap(({ chartSecrets }) => chartSecrets),
  ...VECTOR_STORES.flatMap(({ chartSecrets }) => chartSecrets),
];
