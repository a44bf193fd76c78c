import * as z from 'zod';
import { day, duration, line, quantity } from '../../base/fields.ts';

/**
 * A restic repository (restic.readthedocs.io, Preparing a new repository): a scheme and its location, or a folder. It
 * never contains the login.
 */
const backupRepository = line.regex(
  /^(?:(?:s3|azure|gs|swift|b2|sftp|rest|rclone):\S+|\.{0,2}\/\S*)$/,
  'a restic repository such as s3:https://s3.example.com/dify-backup, azure:dify-backup:/, gs:dify-backup:/ or /mnt/backup',
);

export const recovery = z.strictObject({
  rto: duration.optional(),
  rpo: duration.optional(),
  corruptionRpo: duration.optional(),
  availability: z
    .string()
    .regex(/^\d{2}(\.\d+)?%$/, 'a percentage such as "99.9%"')
    .optional(),
  upgradeWindow: z
    .string()
    .regex(
      /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{2}:\d{2}-\d{2}:\d{2} [A-Za-z]+(\/[A-Za-z_+-]+)*(\d+)?$/,
      'such as "Sun 02:00-04:00 Europe/Berlin"',
    )
    .optional(),
  postgres: z
    .strictObject({
      method: z.enum(['dump', 'snapshot', 'pitr', 'replica']),
      interval: duration.optional(),
      duration: duration.optional(),
      retention: duration.optional(),
      dataSize: quantity.optional(),
    })
    .optional(),
  redis: z.strictObject({ persistence: z.enum(['none', 'rdb', 'aof']) }).optional(),
  objectStorage: z
    .strictObject({
      versioning: z.boolean(),
      replication: z.enum(['none', 'cross-zone', 'cross-region']).default('none'),
      interval: duration.optional(),
      duration: duration.optional(),
    })
    .optional(),
  vectorStore: z
    .strictObject({
      strategy: z.enum(['rebuild', 'snapshot']),
      interval: duration.optional(),
      duration: duration.optional(),
    })
    .refine((plan) => plan.strategy === 'rebuild' || plan.interval !== undefined, {
      path: ['interval'],
      error: 'snapshot needs an interval',
    })
    .optional(),
  backup: z.strictObject({ repository: backupRepository }).optional(),
  configuration: z.strictObject({ repository: line.optional(), secrets: line.optional() }).optional(),
  drills: z.strictObject({ interval: duration, last: day.optional() }).optional(),
  topology: z
    .strictObject({
      zones: z.int().min(1).max(9).default(1),
      region: z.enum(['single', 'standby', 'active-active']).default('single'),
    })
    .optional(),
  measured: z
    .strictObject({
      restore: duration,
      loss: duration.optional(),
      failover: duration.optional(),
      rebuild: duration.optional(),
      at: day,
    })
    .optional(),
});
export type Recovery = z.output<typeof recovery>;
