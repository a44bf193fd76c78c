import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-images-'));
  await writeFile(join(folder, 'difyctl.yaml'), 'apiVersion: difyctl/v1\ntier: test\ntarget: { type: compose }\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const images = (...args: readonly string[]) => runCli(['images', ...args], { cwd: folder, env: { HOME: folder } });

it('lists each image once, also those of one-shot services, with the components that run it', async () => {
  const { code, stdout } = await images();
  expect(code).toBe(0);
  expect(stdout).toMatch(/langgenius\/dify-api:1\.16\.1 +api, api_websocket, migration, worker, worker_beat\n/);
  expect(stdout).toMatch(/busybox:1\.37\.0 +init_permissions\n/);
  expect(stdout.match(/dify-api:/g)).toHaveLength(1);
});

it('as a list has only names, one per line', async () => {
  const { stdout } = await images('--format', 'list');
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toContain('nginx:1.28.0-alpine');
  for (const name of lines) expect(name).toMatch(/^\S+:[^\s:/]+$/);
});

it('for a mirror has the name of the publisher and the name in the mirror', async () => {
  const { stdout } = await images('--format', 'mirror', '--images-registry', 'registry.example.com/dify');
  const pairs = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
  expect(pairs).toContainEqual(['nginx:1.28.0-alpine', 'registry.example.com/dify/nginx:1.28.0-alpine']);
  expect(pairs).toContainEqual([
    'cr.weaviate.io/semitechnologies/weaviate:1.27.27',
    'registry.example.com/dify/semitechnologies/weaviate:1.27.27',
  ]);
});

it('as JSON is one document', async () => {
  const { stdout } = await images('-o', 'json');
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'ImageList',
    images: expect.arrayContaining([{ name: 'redis:6.2.20-alpine', source: 'redis:6.2.20-alpine', usedBy: ['redis'] }]),
  });
});

it('omits external data services', async () => {
  const external = ['--redis-mode', 'external', '--redis-host', 'redis.example.test', '--redis-password', 'env:X'];
  expect((await images('--format', 'list', ...external)).stdout).not.toContain('redis');
});
