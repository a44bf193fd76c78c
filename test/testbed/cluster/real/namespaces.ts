import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { execa } from 'execa';
import { logFile } from '../../../../src/rehearsal/plane/control-plane.ts';
import { poll } from '../../../../src/rehearsal/plane/poll.ts';
import type { Daemon, DaemonSpec } from '../../../../src/rehearsal/processes/daemon.ts';
import { logTail } from '../../../../src/rehearsal/processes/daemon.ts';
import { Unavailable } from '../../provision/unavailable.ts';
import { nodeInterface } from '../state.ts';

const INIT = fileURLToPath(new URL('./node-init.sh', import.meta.url));

/**
 * Addresses of the link between this machine and the real node (this end, the node's end), and the range of the node's
 * pods.
 */
export function nodeAddresses(number: number) {
  return { host: `10.213.${number}.1`, node: `10.213.${number}.2`, pods: '10.244.0.0/24' };
}

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

/**
 * Creates the node's namespaces and its link to this machine. Every process inside ends with the daemon that is started
 * here; mounts, links, addresses and packet filter rules disappear with the last of them.
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

/**
 * Removes the link immediately. The kernel removes it too, but only some time after the namespaces' last process ended.
 */
export async function removeLink(number: number): Promise<void> {
  await execa('ip', ['link', 'delete', nodeInterface(number)], { reject: false, stdin: 'ignore' });
}
