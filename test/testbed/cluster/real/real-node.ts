import { appendFile } from 'node:fs/promises';

import { execa } from 'execa';
import { saveImage } from '../../images/build.ts';
import type { MadeNode, Namespaces } from './namespaces.ts';
import { hostsFile, type NodeSpec } from './node.ts';
import { runtimeFiles } from './runtime.ts';

/** A node that runs real containers. */
export class RealNode {
  readonly name: string;
  /** The node's address from the view of this machine: the ports of Services are there. */
  readonly address: string;
  /** This machine's address from the view of the pods of all nodes: they reach a test's servers there. */
  readonly hostAddress: string;
  readonly #node: NodeSpec;
  readonly #namespaces: Namespaces;

  constructor({ node, namespaces }: MadeNode, hostAddress: string) {
    this.name = node.name;
    this.address = node.addresses.node;
    this.hostAddress = hostAddress;
    this.#node = node;
    this.#namespaces = namespaces;
  }

  /** Imports images from an archive of `docker save`, under the names in it. */
  async importImage(archive: string): Promise<void> {
    const { socket } = runtimeFiles(this.#node.folder);
    await this.run('ctr', ['--address', socket, '--namespace', 'k8s.io', 'images', 'import', archive]);
  }

  /** Imports images that the testbed builds (test/testbed/images/table.ts), under these names. */
  async loadImages(references: readonly string[]): Promise<void> {
    for (const reference of new Set(references)) await this.importImage(await saveImage(reference));
  }

  /** Adds a name with an address to the cluster's DNS, such as that of a test server. Effective within one second. */
  async addHost(name: string, address: string): Promise<void> {
    await appendFile(hostsFile(this.#node.testbedFolder), `${address} ${name}\n`);
  }

  /** Runs a program of this machine inside the node's namespaces and returns its stdout. */
  async run(file: string, args: readonly string[]): Promise<string> {
    const command = this.#namespaces.inside(file, args);
    return (await execa(command.file, command.args, { stdin: 'ignore' })).stdout;
  }
}
