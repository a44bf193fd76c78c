import { appendFile } from 'node:fs/promises';

import { execa } from 'execa';
import { saveImage } from '../../images/build.ts';
import { nodeFiles } from './kubelet.ts';
import type { Namespaces } from './namespaces.ts';
import { runtimeFiles } from './runtime.ts';

/** A node that runs real containers. */
export class RealNode {
  readonly name: string;
  /** This machine's address from the view of the node's pods: they reach a test's servers there. */
  readonly hostAddress: string;
  readonly #folder: string;
  readonly #namespaces: Namespaces;

  constructor(parts: { name: string; hostAddress: string; folder: string; namespaces: Namespaces }) {
    this.name = parts.name;
    this.hostAddress = parts.hostAddress;
    this.#folder = parts.folder;
    this.#namespaces = parts.namespaces;
  }

  /** Imports images from an archive of `docker save`, under the names in it. */
  async importImage(archive: string): Promise<void> {
    const { socket } = runtimeFiles(this.#folder);
    await this.run('ctr', ['--address', socket, '--namespace', 'k8s.io', 'images', 'import', archive]);
  }

  /** Imports images that the testbed builds (test/testbed/images/table.ts), under these names. */
  async loadImages(references: readonly string[]): Promise<void> {
    for (const reference of new Set(references)) await this.importImage(await saveImage(reference));
  }

  /** Adds a name with an address to the cluster's DNS, such as that of a test server. Effective within one second. */
  async addHost(name: string, address: string): Promise<void> {
    await appendFile(nodeFiles(this.#folder).hosts, `${address} ${name}\n`);
  }

  /** Runs a program of this machine inside the node's namespaces and returns its stdout. */
  async run(file: string, args: readonly string[]): Promise<string> {
    const command = this.#namespaces.inside(file, args);
    return (await execa(command.file, command.args, { stdin: 'ignore' })).stdout;
  }
}
