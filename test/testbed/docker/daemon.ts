import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSameProcess, processIdentity } from '../../../src/rehearsal/processes/identity.ts';
import { architecture } from '../debian/architecture.ts';
import type { DebianTree } from '../debian/tree.ts';
import type { Bridge } from './bridge.ts';
import { hostPaths } from './host.ts';

const READY_MS = 60_000;
const POLL_MS = 100;

/**
 * Starts dockerd and waits until it answers. Returns its `processIdentity`.
 *
 * It does not change the machine's packet filter or forwarding: two daemons that share the filter delete each other's
 * rules, and Docker's policy of dropping forwarded packets would cut off a cluster node on the same machine. Docker's
 * own proxy serves published ports, containers of one network communicate over their bridge, and the machine's own
 * addresses need no forwarding.
 */
export async function startDaemon(name: string, tree: DebianTree, bridge: Bridge): Promise<string> {
  const paths = hostPaths(name);
  const log = await open(paths.log, 'a');
  const child = spawn('dockerd', daemonArguments(name, bridge), {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: {
      ...tree.env,
      PATH: `${paths.bin}:${tree.env.PATH}`,
      // Without it, iptables reads its extensions from the machine, which may have none: containers then resolve no
      // name.
      XTABLES_LIBDIR: path.join(tree.root, 'usr/lib', architecture().triplet, 'xtables'),
    },
  });
  const failure = new Promise<Error>((resolve) => child.once('error', resolve));
  child.unref();
  await log.close();
  if (child.pid === undefined) throw await failure;
  const identity = await processIdentity(child.pid);
  await untilReady(paths.socket, identity, paths.log);
  return identity;
}

function daemonArguments(name: string, bridge: Bridge): string[] {
  const paths = hostPaths(name);
  return [
    `--host=unix://${paths.socket}`,
    `--data-root=${paths.data}`,
    `--exec-root=${paths.exec}`,
    `--pidfile=${paths.pid}`,
    `--bridge=${bridge.name}`,
    `--default-address-pool=base=${bridge.network},size=24`,
    `--cgroup-parent=${paths.cgroup}`,
    '--storage-driver=overlay2',
    '--exec-opt=native.cgroupdriver=cgroupfs',
    '--iptables=false',
    '--ip6tables=false',
    '--ip-forward=false',
    '--ip-masq=false',
    '--shutdown-timeout=5',
    '--log-level=warn',
  ];
}

async function untilReady(socket: string, identity: string, log: string): Promise<void> {
  const end = performance.now() + READY_MS;
  while (performance.now() < end) {
    if (await answers(socket)) return;
    if (!(await isSameProcess(identity))) break;
    await delay(POLL_MS);
  }
  const tail = (await readFile(log, 'utf8')).trim().split('\n').slice(-15);
  throw new Error(['dockerd did not become ready; its last lines:', ...tail].join('\n  '));
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ socketPath, path: '/_ping', timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.once('timeout', () => call.destroy());
    call.once('error', () => resolve(false));
    call.end();
  });
}
