import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

import { downDocker } from './docker/down.ts';
import type { DockerHost } from './docker/host.ts';
import { hostPaths, loadState } from './docker/host.ts';
import { startSocketProxy } from './docker/socket-proxy.ts';
import { upDocker } from './docker/up.ts';
import { useTestbed } from './fixtures.ts';
import { buildImages } from './images/build.ts';

const IMAGE = 'busybox:1.37.0';

const on = async (host: DockerHost, ...args: string[]): Promise<string> =>
  (await execa(host.docker, args, { env: host.env, stdin: 'ignore' })).stdout;

/** Everything that a host of that name could leave behind. */
async function remains(name: string, network: string): Promise<string[]> {
  const { data, run, cgroup } = hostPaths(name);
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').filter((line) => line.includes(`/${name}/`));
  const { stdout: addresses } = await execa('ip', ['-brief', 'address']);
  const { stdout: processes } = await execa('ps', ['-eo', 'args']);
  const groups = (await readdir('/sys/fs/cgroup', { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const left = await Promise.all(
    [data, run, ...groups.map((group) => `/sys/fs/cgroup/${group.name}${cgroup}`)].map((folder) =>
      readdir(folder).then(
        () => [folder],
        () => [],
      ),
    ),
  );
  return [
    ...mounts,
    ...left.flat(),
    ...addresses.split('\n').filter((line) => line.includes(` ${network.replace('0.0/16', '')}`)),
    ...processes.split('\n').filter((line) => line.includes(`${run}/`)),
  ];
}

/** Creates a network of the same name on each host, and a server on a published port. Returns its address. */
async function publish(host: DockerHost, text: string): Promise<string> {
  await on(host, 'network', 'create', 'front');
  const serve = `mkdir /www; echo ${text} > /www/index.html; exec busybox httpd -f -h /www`;
  const container = ['run', '--detach', '--name', 'server', '--network', 'front', '--publish', '127.0.0.1::80'];
  await on(host, ...container, IMAGE, 'sh', '-c', serve);
  return (await on(host, 'port', 'server', '80')).trim();
}

/** Starts a server on this address that answers one request. Returns its URL. */
async function serveOn(host: string): Promise<string> {
  const server = createServer((_, response) => {
    response.end('this machine', () => server.close());
  });
  server.listen({ host, port: 0 });
  await once(server, 'listening');
  return `http://${host}:${(server.address() as AddressInfo).port}/`;
}

describe('two Docker hosts side by side', () => {
  const testbed = useTestbed(
    async () => [await upDocker(), await upDocker()] as const,
    async (hosts) => {
      for (const host of hosts) await host.down();
    },
  );

  it('serve from their own networks, with Compose, and reach servers of this machine', async () => {
    for (const host of testbed.get()) {
      await buildImages(host, [IMAGE]);
      const address = await publish(host, host.name);
      const answer = async () => (await fetch(`http://${address}/`)).text();
      await expect.poll(answer, { timeout: 10_000 }).toBe(`${host.name}\n`);
      const inside = ['run', '--rm', '--network', 'front', IMAGE];
      expect(await on(host, ...inside, 'wget', '-q', '-O', '-', 'http://server/')).toBe(host.name);
      expect(await on(host, ...inside, 'wget', '-q', '-O', '-', await serveOn(host.gateway))).toBe('this machine');
      expect(await on(host, 'compose', 'version', '--short')).toBe('2.40.3');
      expect(await on(host, 'version', '--format', '{{.Client.APIVersion}} {{.Server.APIVersion}}')).toBe('1.41 1.41');
    }
  });

  it('pass streams through a proxy, which checks the health of a new container every second', async () => {
    const [host] = testbed.get();
    const { docker, stop } = await startSocketProxy(host);
    const echo = ['exec', '--interactive', 'server', 'cat'];
    expect((await execa(docker.docker, echo, { env: docker.env, input: 'sent' })).stdout).toBe('sent');
    const check = ['--health-interval', '10s', '--health-timeout', '5s', '--health-retries', '5'];
    await on(docker, 'create', '--name', 'checked', '--health-cmd', 'echo checked', ...check, IMAGE);
    stop();
    const health = await on(host, 'inspect', '--format', '{{json .Config.Healthcheck}}', 'checked');
    const script = expect.stringMatching(/^\[ ! -e \S+ \] \|\| sleep 9; "\$@"; /);
    expect(JSON.parse(health)).toEqual({
      Test: ['CMD', 'sh', '-c', script, 'health', 'sh', '-c', 'echo checked'],
      Interval: 1e9,
      Timeout: 14e9,
      StartPeriod: 45e9,
      Retries: 5,
    });
  });

  it('are removed completely, also if the daemon was killed', async () => {
    for (const [index, host] of testbed.get().entries()) {
      const state = await loadState(host.name);
      if (state === undefined) throw new Error('no state');
      if (index === 1) process.kill(Number(state.daemon.split(' ')[0]), 'SIGKILL');
      await downDocker(host.name);
      expect(await remains(host.name, state.network)).toEqual([]);
    }
  });
});
