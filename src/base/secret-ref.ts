import * as z from 'zod';
import { dnsSubdomain, environmentName, filePath } from './fields.ts';

/** Where a secret is; never the secret itself. `DIFYCTL_*` names are difyctl's own and may not hold one. */
export const secretRef = z.union(
  [
    z.strictObject({
      env: environmentName.refine((name) => !name.startsWith('DIFYCTL_'), 'DIFYCTL_ names are settings, not secrets'),
    }),
    z.strictObject({ file: filePath }),
    z.strictObject({
      kubernetes: z.strictObject({ name: dnsSubdomain, key: z.string().regex(/^[-._a-zA-Z0-9]+$/, 'a Secret key') }),
    }),
    z.strictObject({ generated: z.literal(true) }),
  ],
  { error: 'do not write the secret itself; write a reference: { env: NAME } or { file: PATH }' },
);

export type SecretRef = z.output<typeof secretRef>;

/**
 * Secrets are known by the path in the file where their reference stands or would stand: `postgres.password`,
 * `objectStorage.s3.accessKey`, `secrets.secretKey`. Values live only in a `SecretValues`, never in a Deployment.
 */
export type SecretPath = string;
