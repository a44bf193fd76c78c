import { Resolver } from 'node:dns/promises';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { ensure } from '../provision/ensure.ts';
import { removeFolder, serviceFolder, startProcess } from './service.ts';

export interface NameServer {
  /** A resolv.conf that uses this server and searches its domain. */
  readonly resolvConf: string;
  stop(): Promise<void>;
}

/** A loopback address that no other server here listens on: resolv.conf supports port 53 only. */
const HOST = '127.0.0.77';

/** Starts a real name server that knows only these names. Its resolv.conf searches `domain` for short names. */
export async function startNameServer(
  domain: string,
  addresses: Readonly<Record<string, string>>,
): Promise<NameServer> {
  const { coredns } = await ensure(['coredns']);
  const folder = await serviceFolder('name-server');
  const corefile = path.join(folder, 'Corefile');
  const lines = Object.entries(addresses).map(([name, address]) => `    ${address} ${name}`);
  await writeFile(corefile, [`.:53 {`, `  bind ${HOST}`, '  hosts {', ...lines, '  }', '}', ''].join('\n'));
  const server = await startProcess({
    name: 'coredns',
    file: coredns,
    args: ['-conf', corefile],
    folder,
    lowPort: true,
  });
  const stop = async (): Promise<void> => {
    await server.end();
    await removeFolder(folder);
  };
  try {
    const resolver = new Resolver({ timeout: 1_000, tries: 1 });
    resolver.setServers([HOST]);
    const [known = ''] = Object.keys(addresses);
    await server.ready(() => resolver.resolve4(known).catch(() => undefined));
  } catch (error) {
    await stop();
    throw error;
  }
  const resolvConf = path.join(folder, 'resolv.conf');
  await writeFile(resolvConf, `nameserver ${HOST}\nsearch ${domain}\n`);
  return { resolvConf, stop };
}
