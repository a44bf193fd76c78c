import { mkdir, readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { execa } from 'execa';
import { logFile } from '../../../../src/rehearsal/plane/control-plane.ts';
import { poll } from '../../../../src/rehearsal/plane/poll.ts';
import type { Daemon, DaemonSpec } from '../../../../src/rehearsal/processes/daemon.ts';
import { logTail } from '../../../../src/rehearsal/processes/daemon.ts';
import { Unavailable } from '../../provision/unavailable.ts';
import { type NodeSpec, nodeFiles, POD_RANGE } from './node.ts';

const INIT = fileURLToPath(new URL('./node-init.sh', import.meta.url));

/** @throws Unavailable if this machine cannot run a real node */
export function requireRoot(): void {
  if (process.platform !== 'linux') throw new Unavailable('a real node needs Linux');
  if (process.getuid?.() !== 0) throw new Unavailable('a real node needs root: it makes namespaces, mounts and links');
}

export interface Namespaces {
  /** The pid of the node's first process on this machine. */
  readonly init: number;
  /** Returns the command line that runs a program inside the namespaces. */
  readonly inside: (file: string, args: readonly string[]) => { readonly file: string; readonly args: string[] };
}

/** A node with its namespaces. */
export interface MadeNode {
  readonly node: NodeSpec;
  readonly namespaces: Namespaces;
}

/**
 * Creates the node's namespaces and its link to this machine. Every process inside ends with the daemon that is started
 * here; mounts, links, addresses and packet filter rules disappear with the last of them.
 */
export async function makeNamespaces(
  node: NodeSpec,
  start: (spec: Omit<DaemonSpec, 'folder' | 'log'>) => Promise<Daemon>,
): Promise<Namespaces> {
  await mkdir(node.folder, { recursive: true });
  const { ready } = nodeFiles(node);
  const kinds = ['--mount', '--net', '--pid', '--ipc', '--uts', '--mount-proc', '--fork', '--kill-child'];
  const name = `node-init-${node.name}`;
  const daemon = await start({ name, file: 'unshare', args: [...kinds, '--', 'sh', INIT, node.testbedFolder, ready] });
  const unshared = daemon.identity.split(' ')[0];
  const init = await poll(
    `the namespaces of ${node.name} are made`,
    async () => {
      await stat(ready);
      const children = await readFile(`/proc/${unshared}/task/${unshared}/children`, 'utf8');
      return Number(children.trim().split(' ')[0]) || undefined;
    },
    { timeoutMs: 20_000, explain: () => logTail(logFile(node.testbedFolder, name)) },
  );
  const prefix = [`--target=${init}`, '--mount', '--net', '--pid', '--ipc', '--uts', '--'];
  const inside = (file: string, args: readonly string[]) => ({ file: 'nsenter', args: [...prefix, file, ...args] });
  const namespaces = { init, inside };
  await connect({ node, namespaces });
  return namespaces;
}

/** Creates the link to this machine. Outside the pod range, the node's pods have its address. */
async function connect({ node, namespaces }: MadeNode): Promise<void> {
  const { host, node: address, pods } = node.addresses;
  await ip(['link', 'add', node.link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `${namespaces.init}`]);
  await ip(['address', 'add', `${host}/30`, 'dev', node.link]);
  await ip(['link', 'set', node.link, 'up']);
  await ipInside(namespaces, [
    ['address', 'add', `${address}/30`, 'dev', 'eth0'],
    ['link', 'set', 'eth0', 'up'],
    ['route', 'add', 'default', 'via', host],
  ]);
  const toOthers = ['--source', pods, '!', '--destination', POD_RANGE, '--jump', 'MASQUERADE'];
  await runInside(namespaces, 'iptables', ['--wait', '--table', 'nat', '--append', 'POSTROUTING', ...toOthers]);
}

/**
 * Links two nodes directly, so that this machine forwards nothing and its own network stays as it is. Each node reaches
 * the other's address and pods over this link.
 */
export async function linkNodes(one: MadeNode, other: MadeNode): Promise<void> {
  const end = ({ namespaces }: MadeNode) => ['eth1', 'netns', `${namespaces.init}`];
  await ip(['link', 'add', ...end(one), 'type', 'veth', 'peer', 'name', ...end(other)]);
  for (const [near, far] of [
    [one, other],
    [other, one],
  ] as const) {
    const { addresses } = far.node;
    await ipInside(near.namespaces, [
      ['address', 'add', near.node.addresses.node, 'peer', `${addresses.node}/32`, 'dev', 'eth1'],
      ['link', 'set', 'eth1', 'up'],
      ['route', 'add', addresses.pods, 'via', addresses.node],
    ]);
  }
}

async function ip(args: readonly string[]): Promise<void> {
  await execa('ip', args, { stdin: 'ignore' });
}

async function ipInside(namespaces: Namespaces, commands: readonly (readonly string[])[]): Promise<void> {
  for (const args of commands) await runInside(namespaces, 'ip', args);
}

async function runInside({ inside }: Namespaces, file: string, args: readonly string[]): Promise<void> {
  const command = inside(file, args);
  await execa(command.file, command.args, { stdin: 'ignore' });
}

/**
 * Removes a link immediately. The kernel removes it too, but only some time after the namespaces' last process ended.
 */
export async function removeLink(link: string): Promise<void> {
  await execa('ip', ['link', 'delete', link], { reject: false, stdin: 'ignore' });
}
