import { execa } from 'execa';

/** A bridge on this machine and its addresses. */
export interface Bridge {
  readonly name: string;
  /** The range of all networks of the Docker host. */
  readonly network: string;
  /** The bridge's own address. */
  readonly address: string;
}

const PREFIX = 'dtb';
/** Range of the second byte of 10.x.0.0/16: above the low values that clusters and VPNs often use. */
const FIRST = 64;
const LAST = 127;

/** Creates a bridge with a /16 that this machine does not route yet. Creating the bridge reserves the addresses. */
export async function createBridge(): Promise<Bridge> {
  const { stdout: routes } = await execa('ip', ['route', 'show', 'table', 'all'], { stdin: 'ignore' });
  for (let number = FIRST; number <= LAST; number += 1) {
    if (new RegExp(`\\b10\\.${number}\\.`).test(routes)) continue;
    const name = `${PREFIX}${number}`;
    const made = await execa('ip', ['link', 'add', name, 'type', 'bridge'], { stdin: 'ignore', reject: false });
    if (made.failed) {
      if (/exists/i.test(made.stderr)) continue;
      throw new Error(`no bridge can be made here: ${made.stderr}`);
    }
    // In the last /24 of the range: Docker assigns networks from the first on.
    const address = `10.${number}.255.1`;
    await execa('ip', ['address', 'add', `${address}/24`, 'dev', name], { stdin: 'ignore' });
    await execa('ip', ['link', 'set', name, 'up'], { stdin: 'ignore' });
    return { name, network: `10.${number}.0.0/16`, address };
  }
  throw new Error(`all of 10.${FIRST}.0.0/16 to 10.${LAST}.0.0/16 are in use`);
}

/** The bridge's own address, by its name. */
export function bridgeAddress(name: string): string {
  return `10.${name.slice(PREFIX.length)}.255.1`;
}

/**
 * Removes every interface with an address in the network: the bridge itself, and those of remaining Docker networks.
 */
export async function removeInterfaces(network: string): Promise<void> {
  const { stdout } = await execa('ip', ['-json', '-4', 'address', 'show'], { stdin: 'ignore' });
  const prefix = network.replace(/\.0\.0\/16$/, '.');
  const interfaces = JSON.parse(stdout) as readonly Interface[];
  for (const { ifname, addr_info: addresses } of interfaces) {
    if (!addresses.some(({ local }) => local?.startsWith(prefix))) continue;
    await execa('ip', ['link', 'delete', ifname], { stdin: 'ignore', reject: false });
  }
}

interface Interface {
  readonly ifname: string;
  readonly addr_info: readonly { readonly local?: string }[];
}
