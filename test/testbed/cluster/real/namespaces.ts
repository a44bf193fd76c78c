import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { execa } from 'execa';

import type { Daemon, DaemonSpec } from '../../processes/daemon.ts';
import { logTail } from '../../processes/daemon.ts';
import { Unavailable } from '../../provision/unavailable.ts';
import { logFile } from '../control-plane.ts';
import { poll } from '../poll.ts';
import { nodeInterface } from '../state.ts';

const INIT = fileURLToPath(new URL('./node-init.sh', import.meta.url));

/** The link between this machine and the real node: this end, the node's end, and what the node's pods get. */
export function nodeAddresses(number: number) {
  return { host: `10.213.${number}.1`, node: `10.213.${number}.2`, pods: '10.244.0.0/24' };
}

/** @throws Unavailable where no real node can be had. */
export function requireRoot(): void {
  if (process.platform !== 'linux') throw new Unavailable('a real node needs Linux');
  if (process.getuid?.() !== 0) throw new Unavailable('a real node needs root: it makes namespaces, mounts and links');
}

export interface Namespaces {
  /** The node's first process, as this machine numbers it. */
  readonly init: number;
  /** The command line that runs a program inside. */
  readonly inside: (file: string, args: readonly string[]) => { readonly file: string; readonly args: string[] };
}

/**
 * Makes the node's namespaces and its link to this machine. Every process inside dies with the daemon that is started
 * here, and with the last of them mounts, links, addresses and packet filter rules.
 */
export async function makeNamespaces(
  folder: string,
  number: number,
  start: (spec: Omit<DaemonSpec, 'folder' | 'log'>) => Promise<Daemon>,
): Promise<Namespaces> {
  const kinds = ['--mount', '--net', '--pid', '--ipc', '--uts', '--mount-proc', '--fork', '--kill-child'];
  const daemon = await start({ name: 'node-init', file: 'unshare', args: [...kinds, '--', 'sh', INIT, folder] });
  const unshared = daemon.identity.split(' ')[0];
  const init = await poll(
    "the real node's namespaces are made",
    async () => {
      await stat(path.join(folder, 'node-ready'));
      const children = await readFile(`/proc/${unshared}/task/${unshared}/children`, 'utf8');
      return Number(children.trim().split(' ')[0]) || undefined;
    },
    { timeoutMs: 20_000, explain: () => logTail(logFile(folder, 'node-init')) },
  );
  const prefix = [`--target=${init}`, '--mount', '--net', '--pid', '--ipc', '--uts', '--'];
  const inside = (file: string, args: readonly string[]) => ({ file: 'nsenter', args: [...prefix, file, ...args] });
  await link(number, init, inside);
  return { init, inside };
}

async function link(number: number, init: number, inside: Namespaces['inside']): Promise<void> {
  const { host, node } = nodeAddresses(number);
  const outer = nodeInterface(number);
  await execa('ip', ['link', 'add', outer, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `${init}`]);
  await execa('ip', ['address', 'add', `${host}/30`, 'dev', outer]);
  await execa('ip', ['link', 'set', outer, 'up']);
  for (const args of [
    ['address', 'add', `${node}/30`, 'dev', 'eth0'],
    ['link', 'set', 'eth0', 'up'],
    ['route', 'add', 'default', 'via', host],
  ]) {
    const command = inside('ip', args);
    await execa(command.file, command.args);
  }
}

/** Removes the link at once: the kernel does so too, a while after the namespaces' last process ended. */
export async function removeLink(number: number): Promise<void> {
  await execa('ip', ['link', 'delete', nodeInterface(number)], { reject: false, stdin: 'ignore' });
}
