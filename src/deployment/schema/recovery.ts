import * as z from 'zod';
import { SHORTEST_SECONDS } from '../../base/calendar.ts';
import { durationSeconds, formatDuration } from '../../base/duration.ts';
import {
  day,
  deploymentName,
  dnsLabel,
  dnsSubdomain,
  duration,
  filePath,
  line,
  publicUrl,
  quantity,
} from '../../base/fields.ts';
import { secretRef } from '../../base/secret-ref.ts';
import { drills } from './drills.ts';

/**
 * A restic repository (restic.readthedocs.io, Preparing a new repository): a scheme and its location, or a folder. It
 * never contains the login.
 */
const backupRepository = line.regex(
  /^(?:(?:s3|azure|gs|swift|b2|sftp|rest|rclone):\S+|\.{0,2}\/\S*)$/,
  'a restic repository such as s3:https://s3.example.com/dify-backup, azure:dify-backup:/, gs:dify-backup:/ or /mnt/backup',
);

/** An age recipient: the public half of an age key pair (age-encryption.org/v1, X25519), in Bech32. */
const ageRecipient = z.string().regex(/^age1[02-9ac-hj-np-z]{58}$/, 'the public key of an age key pair: age1…');

/** The name or id of a container (docs.docker.com, docker container run), or the name of one in a pod. */
const containerName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, 'the name of a container');

const count = z.int().min(0).max(10_000);

/** Most recipients of one file. Several are people who may each open it. */
const MOST_RECIPIENTS = 20;

/** The repository of backups, its logins, and what is kept. One login, of the kind of the repository's scheme. */
const backup = z.strictObject({
  repository: backupRepository,
  interval: duration
    .refine((text) => durationSeconds(text) >= SHORTEST_SECONDS, `at least ${formatDuration(SHORTEST_SECONDS)}`)
    .optional(),
  image: line.optional(),
  password: secretRef.optional(),
  caFile: filePath.optional(),
  s3: z.strictObject({ accessKey: secretRef, secretKey: secretRef, region: line.optional() }).optional(),
  azureBlob: z.strictObject({ accountName: line, accountKey: secretRef }).optional(),
  gcs: z.strictObject({ serviceAccountJson: secretRef }).optional(),
  rest: z.strictObject({ username: line, password: secretRef }).optional(),
  postgres: z.enum(['dump', 'managed']).optional(),
  objects: z.enum(['copy', 'versions']).optional(),
  recipients: z.array(ageRecipient).max(MOST_RECIPIENTS).default([]),
  keep: z
    .strictObject({
      last: count.default(3),
      daily: count.default(7),
      weekly: count.default(4),
      monthly: count.default(6),
    })
    .prefault({}),
});
export type BackupSettings = z.output<typeof backup>;

/** Where pgBackRest runs if not on this machine: a container of Docker, or one of a pod. */
const inContainer = z
  .strictObject({ container: containerName.optional(), pod: dnsSubdomain.optional(), namespace: dnsLabel.optional() })
  .refine(({ container, pod, namespace }) => (pod === undefined ? container : namespace) !== undefined, {
    error: 'a container of Docker, or a pod and its namespace',
  })
  .refine(({ pod, namespace }) => pod !== undefined || namespace === undefined, {
    path: ['namespace'],
    error: 'only with pod',
  });

/** A stanza of pgBackRest (pgbackrest.org, Configuration) that archives the server of the file. */
const pgbackrest = z.strictObject({
  stanza: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'the name of a stanza, such as dify'),
  config: filePath.optional(),
  user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'the name of a user of the system, such as postgres')
    .default('postgres'),
  in: inContainer.optional(),
});

/** Most addresses of one primary. */
const MOST_ADDRESSES = 10;

/** Zones, and the second region. Both files have `standby`; only the file of the standby region has `primary`. */
const topology = z.strictObject({
  zones: z.int().min(1).max(9).default(1),
  region: z.enum(['single', 'standby', 'active-active']).default('single'),
  lostNodes: z.int().min(1).max(2).optional(),
  standby: z
    .strictObject({
      backups: line.optional(),
      images: line.optional(),
      secrets: line.optional(),
      dns: line.optional(),
    })
    .optional(),
  primary: z
    .strictObject({ name: deploymentName.optional(), urls: z.array(publicUrl).min(1).max(MOST_ADDRESSES) })
    .optional(),
});

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
      pgbackrest: pgbackrest.optional(),
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
  backup: backup.optional(),
  configuration: z
    .strictObject({ repository: line.optional(), workingTree: filePath.optional(), secrets: line.optional() })
    .optional(),
  drills: drills.optional(),
  topology: topology.optional(),
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
