import * as z from 'zod';
import { filePath } from '../../base/fields.ts';

/** TLS of a PostgreSQL or Redis connection. `verify-full` checks the certificate chain and the host name. */
export const tls = z.strictObject({
  mode: z.enum(['disable', 'require', 'verify-full']),
  caFile: filePath.optional(),
});

/** Properties of a managed service that difyctl cannot observe, as the operator declares them. */
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
