import * as z from 'zod';
import { dnsSubdomain, duration, line } from '../../base/fields.ts';
import { secretRef } from '../../base/secret-ref.ts';
import { OWN_KEYS, type OwnKey } from '../own-keys.ts';

/** Who creates the Secret that Dify's processes read: difyctl, or External Secrets Operator from a store. */
const SECRET_PROVIDERS = ['difyctl', 'external-secrets'] as const;

/** The store that External Secrets reads: one of the deployment's namespace, or one of the cluster. */
const store = z.strictObject({
  kind: z.enum(['SecretStore', 'ClusterSecretStore']).default('SecretStore'),
  name: dnsSubdomain,
});

const ownKeys = Object.fromEntries(OWN_KEYS.map((key) => [key, secretRef.optional()])) as Record<
  OwnKey,
  z.ZodOptional<typeof secretRef>
>;

export const secrets = z.strictObject({
  provider: z.enum(SECRET_PROVIDERS).optional(),
  store: store.optional(),
  remoteKey: line.optional(),
  refreshInterval: duration.optional(),
  apiVersion: z.enum(['v1', 'v1beta1']).optional(),
  ...ownKeys,
});
