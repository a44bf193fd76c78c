import * as z from 'zod';
import { day, deploymentName, dnsSubdomain, filePath, line, publicUrl } from '../../base/fields.ts';
import { API_VERSION } from '../../base/version.ts';
import { DEFAULT_SET_NUMBERS, FIRST_SET } from '../../checklist/default-sets.ts';
import { TIERS } from '../../checklist/tiers.ts';
import { DEFAULT_DIFY } from '../../versions/default-pair.ts';
import { components } from './components.ts';
import { logging } from './logging.ts';
import { mail } from './mail.ts';
import { objectStorage } from './object-storage.ts';
import { postgres } from './postgres.ts';
import { recovery } from './recovery.ts';
import { redis } from './redis.ts';
import { secrets } from './secrets.ts';
import { target } from './target.ts';
import { vectorStore } from './vector-store.ts';

// A run validates a file only a few times. Compiling each schema first (zod's default) would cost more than it saves.
z.config({ jitless: true });

const urls = z.strictObject({
  console: publicUrl,
  api: publicUrl,
  app: publicUrl,
  files: publicUrl,
  trigger: publicUrl.optional(),
});

/** Several for each existing check. */
const MOST_RISKS = 1000;

/**
 * The schema of the whole file. Defaults that are the same in both tiers are here. `withDefaults` merges the others in
 * before parsing, so `z.input` is what a file may contain, and `z.output` is a deployment in which only optional fields
 * can be undefined. `plannedComponents` resolves component sizes.
 */
export const deploymentSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  name: deploymentName.default('dify'),
  tier: z.enum(TIERS),
  edition: z.enum(['community', 'enterprise']).default('community'),
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+(?:[-+.][0-9A-Za-z.-]+)?$/, 'a version such as 1.16.1')
    .default(DEFAULT_DIFY),
  defaults: z.literal(DEFAULT_SET_NUMBERS).default(FIRST_SET),
  target,
  urls,
  load: z
    .strictObject({ concurrentUsers: z.int().positive().optional(), documents: z.int().nonnegative().optional() })
    .optional(),
  postgres: postgres.prefault({ mode: 'bundled' }),
  redis: redis.prefault({ mode: 'bundled' }),
  objectStorage: objectStorage.prefault({ provider: 'local' }),
  vectorStore: vectorStore.prefault({ mode: 'bundled' }),
  mail: mail.prefault({ provider: 'none' }),
  secrets: secrets.prefault({}),
  marketplace: z.strictObject({ proxy: z.boolean().optional() }).optional(),
  images: z
    .strictObject({ registry: line.optional(), pullSecret: dnsSubdomain.optional(), toolImage: line.optional() })
    .optional(),
  components: components.prefault({}),
  logging: logging.prefault({}),
  recovery: recovery.optional(),
  policy: filePath.optional(),
  acceptedRisks: z
    .array(
      z.strictObject({
        check: z.string().regex(/^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$/, 'a check id such as cluster.capacity.fit'),
        reason: z.string().min(1),
        until: day.optional(),
      }),
    )
    .max(MOST_RISKS)
    .default([]),
  extraValues: z.record(z.string(), z.json()).default({}),
});

/** A deployment: one difyctl.yaml with defaults applied. */
export type Deployment = z.output<typeof deploymentSchema>;
