import * as z from 'zod';
import { host, line, port } from '../../base/fields.ts';
import { secretRef } from '../../base/secret-ref.ts';
import { managed, tls } from './service.ts';

const databaseName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_$-]{0,62}$/, 'a PostgreSQL database name');

/** A database: its name, or its name with its own role. */
const database = z.union([
  databaseName,
  z.strictObject({ name: databaseName, username: line.optional(), password: secretRef.optional() }),
]);

const databases = z
  .strictObject({ main: database.default('dify'), plugin: database.default('dify_plugin') })
  .prefault({});

const bundledPostgres = z.strictObject({
  mode: z.literal('bundled'),
  password: secretRef.optional(),
  databases,
});

const externalPostgres = z.strictObject({
  mode: z.literal('external'),
  host,
  port: port.default(5432),
  username: line.default('dify'),
  password: secretRef,
  tls: tls.prefault({ mode: 'disable' }),
  databases,
  maxConnections: z.int().positive().optional(),
  managed: managed.optional(),
});

export const postgres = z.discriminatedUnion('mode', [bundledPostgres, externalPostgres]);
export type ExternalPostgres = z.output<typeof externalPostgres>;
export type Postgres = z.output<typeof postgres>;
