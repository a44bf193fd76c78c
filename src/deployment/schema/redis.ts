import * as z from 'zod';
import { host, hostAndPort, line, port } from '../../base/fields.ts';
import { secretRef } from '../../base/secret-ref.ts';
import { managed, tls } from './service.ts';

const databaseNumber = z.int().min(0).max(15);
const databases = z
  .strictObject({
    cache: databaseNumber.default(0),
    broker: databaseNumber.default(1),
    agent: databaseNumber.default(2),
  })
  .prefault({});

const common = {
  username: line.optional(),
  password: secretRef.optional(),
  tls: tls.prefault({ mode: 'disable' }),
  databases,
  agentUrl: secretRef.optional(),
  managed: managed.optional(),
};

const bundledRedis = z.strictObject({ mode: z.literal('bundled'), password: secretRef.optional(), databases });

const standaloneRedis = z.strictObject({
  mode: z.literal('external'),
  topology: z.literal('standalone').default('standalone'),
  host,
  port: port.default(6379),
  ...common,
});

const sentinelRedis = z.strictObject({
  mode: z.literal('external'),
  topology: z.literal('sentinel'),
  sentinel: z.strictObject({
    master: line,
    nodes: z.array(hostAndPort).min(1, 'at least one sentinel; three make a quorum'),
    username: line.optional(),
    password: secretRef.optional(),
  }),
  ...common,
});

/**
 * Redis Cluster is not possible: Celery's broker needs multi-key commands, which a cluster refuses. `loadDeployment`
 * has its own message for it.
 */
export const redis = z.discriminatedUnion('mode', [
  bundledRedis,
  z.discriminatedUnion('topology', [standaloneRedis, sentinelRedis]),
]);
export type StandaloneRedis = z.output<typeof standaloneRedis>;
export type SentinelRedis = z.output<typeof sentinelRedis>;
export type Redis = z.output<typeof redis>;
