import { connect } from 'node:net';
import path from 'node:path';
import { DEBIAN_SETS } from '../debian/sets.ts';

import { debianTree } from '../debian/tree.ts';
import { privateFile, removeFolder, type Service, serviceFolder, servicePort, startProcess } from './service.ts';

export interface PgbouncerOptions {
  /** The server that it connects to. */
  readonly to: Pick<Service, 'host' | 'port'>;
  /** Passwords by user. */
  readonly users: Readonly<Record<string, string>>;
  /** Settings of the section [pgbouncer]. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/**
 * Starts Debian's PgBouncer 1.18 in front of a server.
 *
 * @throws Unavailable if Debian's packages cannot be downloaded
 */
export async function startPgbouncer({ to, users, settings = {} }: PgbouncerOptions): Promise<Service> {
  const tree = await debianTree(DEBIAN_SETS.pgbouncer);
  const folder = await serviceFolder('pgbouncer');
  const [host, port] = ['127.0.0.1', await servicePort({})];
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const lines = Object.entries(users).map(([name, password]) => `${quoted(name)} ${quoted(password)}\n`);
  const userFile = await privateFile(folder, 'users.txt', lines.join(''));
  const all: Record<string, string | number> = {
    listen_addr: host,
    listen_port: port,
    unix_socket_dir: folder,
    auth_type: 'scram-sha-256',
    auth_file: userFile,
    server_tls_sslmode: 'prefer',
    logfile: path.join(folder, 'pgbouncer.txt'),
    ...settings,
  };
  const section = Object.entries(all).map(([name, value]) => `${name} = ${value}\n`);
  const databases = `[databases]\n* = host=${to.host} port=${to.port}\n`;
  const file = await privateFile(folder, 'pgbouncer.ini', `${databases}\n[pgbouncer]\n${section.join('')}`);
  try {
    const program = path.join(tree.root, 'usr/sbin/pgbouncer');
    const started = await startProcess({
      name: 'pgbouncer',
      file: program,
      args: [file],
      folder,
      env: tree.env,
      signal: 'SIGINT',
    });
    await started.ready(() => listens(host, port));
    return { host, port, stop: async () => started.end('SIGTERM').then(() => removeFolder(folder)) };
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

/** True if the port accepts connections, otherwise undefined. */
function listens(host: string, port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(undefined));
  });
}
