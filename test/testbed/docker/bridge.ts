import { execa } from 'execa';

/** A bridge of the machine's and the addresses that go with it. */
export interface Bridge {
  readonly name: string;
  /** All addresses of the host's networks. */
  readonly network: string;
  /** The bridge's own address. */
  readonly address: string;
}

const PREFIX = 'dtb';
/** Second bytes of 10.x.0.0/16 that are tried: away from the low ones that clusters and VPNs like. */
const FIRST = 64;
const LAST = 127;

/** Makes a bridge with a /16 that nothing else on this machine routes. Creating it is what reserves the addresses. */
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
    // The last /24 of the pool: Docker hands out networks from the first on.
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

/** Removes every interface that has an address in the network: the bridge itself, and those of networks that remain. */
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
