import * as z from 'zod';
import {
  addressRange,
  dnsLabel,
  dnsSubdomain,
  environmentName,
  filePath,
  line,
  nodeLabels,
  port,
} from '../../base/fields.ts';
import { secretRef } from '../../base/secret-ref.ts';
import { DEFAULT_CHART } from '../../versions/default-pair.ts';
import { placement } from './placement.ts';

/**
 * Login at the repository or registry with HTTP Basic authentication, in which a colon ends the user name (RFC 7617).
 */
const login = {
  username: line.regex(/^[^:]*$/, 'a user name without a colon').optional(),
  password: secretRef.optional(),
};

const chart = z.union(
  [
    z.strictObject({
      repo: z.url().default(DEFAULT_CHART.repo),
      name: z.string().min(1).default(DEFAULT_CHART.name),
      version: z.string().min(1).default(DEFAULT_CHART.version),
      ...login,
    }),
    z.strictObject({ path: filePath }),
    z.strictObject({ oci: z.string().startsWith('oci://'), version: z.string().min(1).optional(), ...login }),
  ],
  { error: 'one of: repo, name and version · path · oci (with version)' },
);

/**
 * The cert-manager issuer of the certificate: the two kinds that an Ingress annotation can name (cert-manager.io,
 * Annotated Ingress resource).
 */
const issuer = z.strictObject({ kind: z.enum(['ClusterIssuer', 'Issuer']), name: dnsSubdomain });

const ingress = z.strictObject({
  className: dnsSubdomain.optional(),
  annotations: z.record(z.string(), z.string()).default({}),
  tls: z.strictObject({ secretName: dnsSubdomain, issuer: issuer.optional() }).optional(),
});

/** The Gateway that an HTTPRoute attaches to. */
const httpRoute = z.strictObject({
  gateway: z.strictObject({
    name: dnsSubdomain,
    namespace: dnsLabel.optional(),
    sectionName: dnsSubdomain.optional(),
  }),
  annotations: z.record(z.string(), z.string()).default({}),
});

const loadBalancer = z.strictObject({
  annotations: z.record(z.string(), z.string()).default({}),
  sourceRanges: z.array(addressRange).default([]),
});

const monitoring = z.strictObject({
  rules: z.boolean().default(false),
  dashboard: z.boolean().default(false),
  labels: nodeLabels.default({}),
});

const networkPolicy = z.strictObject({
  enabled: z.boolean().default(false),
  apiServer: z.array(addressRange).default([]),
});

const kubernetesTarget = z.strictObject({
  type: z.literal('kubernetes'),
  context: line.optional(),
  namespace: dnsLabel.default('dify'),
  chart: chart.prefault({}),
  ingress: ingress.optional(),
  httpRoute: httpRoute.optional(),
  loadBalancer: loadBalancer.optional(),
  storageClass: dnsSubdomain.optional(),
  nodeSelector: nodeLabels.optional(),
  ...placement,
  priorityClassName: line.optional(),
  networkPolicy: networkPolicy.prefault({}),
  monitoring: monitoring.prefault({}),
  autoscaling: z.strictObject({ maxNodes: z.int().positive() }).optional(),
  passEnv: z.array(environmentName).default([]),
});

const composeTarget = z.strictObject({
  type: z.literal('compose'),
  directory: filePath.default('./dify'),
  httpPort: port.default(80),
  httpsPort: port.default(443),
  bindAddress: z
    .string()
    .regex(/^[0-9A-Fa-f.:]+$/, 'an IP address')
    .default('0.0.0.0'),
  tls: z.strictObject({ certFile: filePath, keyFile: filePath }).optional(),
});

export const target = z.discriminatedUnion('type', [kubernetesTarget, composeTarget]);
export type KubernetesTarget = z.output<typeof kubernetesTarget>;
export type TlsIssuer = z.output<typeof issuer>;
export type ComposeTarget = z.output<typeof composeTarget>;

/** The Ingress annotation of cert-manager for each kind of issuer. */
export const ISSUER_ANNOTATIONS = {
  ClusterIssuer: 'cert-manager.io/cluster-issuer',
  Issuer: 'cert-manager.io/issuer',
} as const;
