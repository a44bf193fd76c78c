import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, describe, expect, it, vi } from 'vitest';

import { useTestbed } from './fixtures.ts';
import { startListener } from './services/listener.ts';
import { startMinio } from './services/minio.ts';
import { startPostgres } from './services/postgres.ts';
import { startRedis } from './services/redis.ts';
import { startRedisSentinel } from './services/redis-sentinel.ts';
import { startWeaviate } from './services/weaviate.ts';

/** A folder for temporary files that no other test file uses. */
const folder = await mkdtemp(path.join(tmpdir(), 'difyctl-services-'));
await chmod(folder, 0o755);
vi.stubEnv('TMPDIR', folder);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts a service for the tests of a `describe`. */
const useService = <S extends { stop(): Promise<void> }>(start: () => Promise<S>) =>
  useTestbed(start, (service) => service.stop());

describe('leftovers of services', () => {
  afterAll(async () => expect(await readdir(folder)).toEqual([]));

  describe('PostgreSQL with a standby, behind TLS', () => {
    const options = { tls: true, standby: true, databases: ['dify'], settings: { max_connections: 77 } };
    const postgres = useService(() => startPostgres(options));

    it('has the requested settings', async () => {
      expect(await postgres.get().query('SHOW max_connections', 'dify')).toBe('77');
      expect(await postgres.get().query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toBe('t');
      expect(await postgres.get().query('SELECT count(*) FROM pg_stat_replication')).toBe('1');
      expect(postgres.get().caFile).toMatch(/\.pem$/);
    });
  });

  describe('PostgreSQL', () => {
    const postgres = useService(() => startPostgres());

    it('refuses a wrong password, and gives the reason of a failed statement', async () => {
      await expect(postgres.get().query('SELECT nonsense')).rejects.toThrow(/column "nonsense" does not exist/);
      expect(await postgres.get().query("SELECT rolpassword LIKE 'SCRAM%' FROM pg_authid WHERE rolcanlogin")).toBe('t');
    });
  });

  describe.each([{ tls: false }, { tls: true }])('Redis, $tls', (options) => {
    const redis = useService(() => startRedis({ ...options, settings: { appendonly: 'yes' } }));

    it('answers clients with the password', async () => {
      expect(await redis.get().command('PING')).toBe('PONG');
      expect(await redis.get().command('CONFIG', 'GET', 'appendonly')).toContain('yes');
    });
  });

  describe('Redis with sentinels', () => {
    const group = useService(() => startRedisSentinel());

    it('names the master, and another one after its loss', async () => {
      const { command, kill, master, sentinels, servers } = group.get();
      const [first, second] = servers;
      const asked = sentinels[2];
      if (first === undefined || second === undefined || asked === undefined) throw new Error('too few servers');
      const current = () => command(asked, 'SENTINEL', 'get-master-addr-by-name', master);
      expect(await current()).toBe(`${first.host}\n${first.port}`);
      await kill(first);
      await expect.poll(current, { timeout: 30_000, interval: 250 }).toBe(`${second.host}\n${second.port}`);
      await expect.poll(() => command(second, 'ROLE'), { timeout: 30_000, interval: 250 }).toMatch(/^master/);
    });
  });

  describe('MinIO', () => {
    const minio = useService(() => startMinio({ buckets: ['dify', 'dify-plugin'], versioning: true }));

    it('keeps versions in the created buckets', async () => {
      const { request } = minio.get();
      expect((await request('GET', '/dify', { query: 'versioning=' })).body).toContain('Enabled');
      expect((await request('PUT', '/dify/a/file', { body: 'content' })).status).toBe(200);
      expect((await request('GET', '/dify/a/file')).body).toBe('content');
      expect((await request('HEAD', '/nowhere')).status).toBe(404);
    });
  });

  describe('Weaviate', () => {
    const weaviate = useService(() => startWeaviate());

    it('answers clients with the key', async () => {
      const { apiKey, url, host, grpcPort } = weaviate.get();
      const meta = (key: string) => fetch(`${url}/v1/meta`, { headers: { authorization: `Bearer ${key}` } });
      expect((await meta('wrong')).status).toBe(401);
      expect(await (await meta(apiKey)).json()).toMatchObject({ version: expect.stringMatching(/^1\./) });
      expect(await connects(host, grpcPort)).toBe(true);
    });
  });

  it('a listener accepts connections until it is stopped', async () => {
    const listener = await startListener();
    expect(await connects(listener.host, listener.port)).toBe(true);
    await listener.stop();
    expect(await connects(listener.host, listener.port)).toBe(false);
  });
});

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
