import { appendFile } from 'node:fs/promises';

import { execa } from 'execa';
import { saveImage } from '../../images/build.ts';
import { nodeFiles } from './kubelet.ts';
import type { Namespaces } from './namespaces.ts';
import { runtimeFiles } from './runtime.ts';

/** A node that runs real containers. */
export class RealNode {
  readonly name: string;
  /** This machine's address as the node's pods see it: where a test's own servers are reached. */
  readonly hostAddress: string;
  readonly #folder: string;
  readonly #namespaces: Namespaces;

  constructor(parts: { name: string; hostAddress: string; folder: string; namespaces: Namespaces }) {
    this.name = parts.name;
    this.hostAddress = parts.hostAddress;
    this.#folder = parts.folder;
    this.#namespaces = parts.namespaces;
  }

  /** Gives the node an image out of an archive as `docker save` writes it, under the names it has there. */
  async importImage(archive: string): Promise<void> {
    const { socket } = runtimeFiles(this.#folder);
    await this.run('ctr', ['--address', socket, '--namespace', 'k8s.io', 'images', 'import', archive]);
  }

  /** Gives the node images of the testbed's own making (test/testbed/images/table.ts), under these names. */
  async loadImages(references: readonly string[]): Promise<void> {
    for (const reference of new Set(references)) await this.importImage(await saveImage(reference));
  }

  /** Lets the cluster's DNS answer a name with an address, such as a test server's. In force within a second. */
  async addHost(name: string, address: string): Promise<void> {
    await appendFile(nodeFiles(this.#folder).hosts, `${address} ${name}\n`);
  }

  /** Runs a program of this machine inside the node's namespaces; the result is its stdout. */
  async run(file: string, args: readonly string[]): Promise<string> {
    const command = this.#namespaces.inside(file, args);
    return (await execa(command.file, command.args, { stdin: 'ignore' })).stdout;
  }
}
