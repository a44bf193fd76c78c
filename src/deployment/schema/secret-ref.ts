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
  { error: 'a secret may not stand here; write { env: NAME } or { file: PATH }' },
);

export type SecretRef = z.output<typeof secretRef>;

/** TLS of a PostgreSQL or Redis connection; `verify-full` checks chain and host name. */
export const tls = z.strictObject({
  mode: z.enum(['disable', 'require', 'verify-full']),
  caFile: filePath.optional(),
});

/** What an operator says of an external service that hides its inner life. */
export const managed = z.strictObject({
  by: z.string().min(1),
  ha: z.boolean().optional(),
  backups: z.boolean().optional(),
  size: z
    .strictObject({
      cpu: z.number().positive().optional(),
      memory: z.string().optional(),
      storage: z.string().optional(),
    })
    .optional(),
});
