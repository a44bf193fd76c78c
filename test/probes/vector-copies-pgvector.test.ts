import { expect, it } from 'vitest';
import { completeTrip, onStore, roundTrip } from '../support/vector-copies.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startPostgres } from '../testbed/services/postgres.ts';
import { pgvectorPostgres } from '../testbed/services/postgres-installation.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';

const PASSWORD = "it's a pass:word";
/** As long as Dify's, so that PostgreSQL cuts the last character of the table's name. */
const NAME = 'Vector_index_0a1b0a1b_0a1b_0a1b_0a1b_0a1b0a1b0a1b_Node';
const TABLE = 'embedding_vector_index_0a1b0a1b_0a1b_0a1b_0a1b_0a1b0a1b0a1b_nod';

const testbed = useTestbed(
  async () => {
    const [postgres, folder, installation] = await Promise.all([
      startPostgres({ from: pgvectorPostgres }),
      serviceFolder('vector-copies'),
      pgvectorPostgres(),
    ]);
    await postgres.query(`CREATE ROLE dify LOGIN PASSWORD '${PASSWORD.replace("'", "''")}'`);
    for (const name of ['vectors', 'bare']) await postgres.query(`CREATE DATABASE ${name} OWNER dify`);
    await postgres.query('CREATE EXTENSION vector', 'vectors');
    // The table and the index that Dify 1.16 creates.
    await postgres.query(
      `SET ROLE dify;
       CREATE TABLE ${TABLE} (id uuid PRIMARY KEY, text text NOT NULL, meta jsonb NOT NULL, embedding vector(3) NOT NULL) USING heap;
       CREATE INDEX embedding_cosine_v1_idx_0a1b ON ${TABLE} USING hnsw (embedding vector_cosine_ops) WITH (m = 16, ef_construction = 64);
       INSERT INTO ${TABLE} SELECT gen_random_uuid(), 'public.${TABLE} ' || n, '{}', ARRAY[n, 1, 0.5]::vector FROM generate_series(1, 120) n`,
      'vectors',
    );
    return { postgres, folder, installation };
  },
  async ({ postgres, folder }) => {
    await postgres.stop();
    await removeFolder(folder);
  },
);

function on<T>(database: string, use: Parameters<typeof onStore<T>>[2]): Promise<T> {
  const { postgres, installation } = testbed.get();
  const { host, port } = postgres;
  const block = { host, port, username: 'dify', password: { env: 'KEY' }, database };
  const env = { ...installation.env, PATH: `${installation.programs}:/usr/bin:/bin` };
  return onStore({ provider: 'pgvector', pgvector: block }, { password: PASSWORD }, use, env);
}

it('copies a table with its rows and indexes; a drill restores it into a schema of its own', async () => {
  const { postgres, folder } = testbed.get();
  const look = () =>
    postgres.query(
      `SELECT md5(string_agg(t::text, ';' ORDER BY id)) FROM ${TABLE} t
       UNION ALL SELECT indexdef FROM pg_indexes WHERE tablename = '${TABLE}' ORDER BY 1`,
      'vectors',
    );
  const before = await look();
  expect(await on('vectors', (copies) => roundTrip(copies, NAME, folder))).toEqual(
    completeTrip({ server: '0.6.2' }, 120),
  );
  expect(await look()).toBe(before);
});

it('refuses a database without the extension', async () => {
  const { host, port } = testbed.get().postgres;
  await expect(on('bare', async (copies) => copies.requireCopies?.())).rejects.toThrow(
    `the database bare of pgvector at ${host}:${port} has no extension vector, so that it has no vectors`,
  );
});

it('refuses a database that does not exist, with the command that creates it', async () => {
  const { host, port } = testbed.get().postgres;
  await expect(on('absent', async () => undefined)).rejects.toMatchObject({
    message: `the database absent of pgvector at ${host}:${port} does not exist`,
    next: [`createdb -h ${host} -p ${port} -U dify absent`],
  });
});
