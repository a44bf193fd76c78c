import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packedTarball } from '../support/packed.ts';
import { serveToolDownloads } from '../support/tool-downloads.ts';
import { buildToolImage, TOOL_IMAGE_SOURCES } from '../support/tool-image.ts';
import { versionOf } from '../support/versions.ts';
import { useDockerHost } from '../testbed/docker/fixture.ts';
import { type FakeHttp, startFakeHttp } from '../testbed/services/fake-http.ts';

const testbed = useDockerHost(TOOL_IMAGE_SOURCES);

let folder = '';
let downloads: FakeHttp;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-image-'));
  for (const name of ['context', 'downloads']) await mkdir(join(folder, name));
  await packedTarball(join(folder, 'context'));
  downloads = await serveToolDownloads(join(folder, 'downloads'));
});
afterAll(async () => {
  await downloads.stop();
  await rm(folder, { recursive: true, force: true });
});

const docker = (args: readonly string[]) =>
  execa(testbed.docker.docker, args, { env: testbed.docker.env, stdin: 'ignore', reject: false, all: true });

const build = (url: string, options: readonly string[], how: { base?: string; buildkit?: '0' | '1' } = {}) =>
  buildToolImage(testbed.docker, join(folder, 'context'), url, { options, ...how });

test.each([
  ['BuildKit', '1'],
  ['the legacy builder', '0'],
] as const)(
  '%s builds templates/Dockerfile, and the image runs difyctl and its programs as node',
  async (_, buildkit) => {
    const tag = `difyctl:${buildkit}`;
    const built = await build(downloads.url, ['--tag', tag], { buildkit });
    expect(built.exitCode, built.all).toBe(0);
    const run = async (program: string, ...args: readonly string[]) =>
      (await docker(['run', '--rm', '--network', 'none', '--entrypoint', program, tag, ...args])).all;
    expect(await run('id', '-un')).toBe('node');
    expect((await run('kubectl', 'version', '--client'))?.split('\n')[0]).toBe(
      `Client Version: v${versionOf('kubectl')}`,
    );
    expect(await run('helm', 'version', '--template', '{{.Version}}')).toBe(`v${versionOf('helm3')}`);
    expect((await run('restic', 'version'))?.split(' ').slice(0, 2).join(' ')).toBe(`restic ${versionOf('restic')}`);
    expect((await run('rclone', 'version'))?.split('\n')[0]).toMatch(/^rclone v1\./);
    for (const program of ['pg_dump', 'pg_dumpall', 'pg_restore', 'psql'])
      expect(await run(program, '--version')).toMatch(new RegExp(`^${program} \\(PostgreSQL\\) 15\\.`));
    const version = await docker(['run', '--rm', '--network', 'none', tag, 'version', '-o', 'json']);
    expect(JSON.parse(version.stdout)).toMatchObject({
      node: versionOf('node-24'),
      tools: { kubectl: { version: versionOf('kubectl') }, helm: { version: versionOf('helm3') } },
    });
  },
);

test.each([
  ['kubectl', '/kubectl.sha256', ['helm.tar.gz: OK', 'kubectl: FAILED']],
  ['helm', '.tar.gz.sha256', ['helm.tar.gz: FAILED', 'kubectl: OK']],
])('a download of %s that does not match its sha256 fails the build', async (_, digest, expected) => {
  const other = await startFakeHttp(async ({ path }) => {
    if (path.endsWith(digest)) return { body: '0'.repeat(64) };
    return { body: Buffer.from(await (await fetch(downloads.url + path)).arrayBuffer()) };
  });
  const { exitCode, all = '' } = await build(other.url, ['--tag', 'difyctl:wrong']);
  await other.stop();
  expect(exitCode, all).toBe(1);
  expect([...new Set(all.match(/(kubectl|helm\.tar\.gz): (OK|FAILED)$/gm))].sort()).toEqual(expected);
});

test('an image for arm64 gets the programs for arm64', async () => {
  const other = await startFakeHttp(() => ({ body: 'a program' }));
  // No program of arm64 can run here: the downloads are what is tested.
  const options = ['--platform', 'linux/arm64', '--target', 'tools'];
  const { exitCode } = await build(other.url, options, { base: 'scratch' });
  await other.stop();
  expect(exitCode).toBe(1);
  const kubectl = `GET /release/v${versionOf('kubectl')}/bin/linux/arm64/kubectl`;
  const helm = `GET /helm-v${versionOf('helm3')}-linux-arm64.tar.gz`;
  expect(other.requests.toSorted()).toEqual([helm, `${helm}.sha256`, kubectl, `${kubectl}.sha256`]);
});
