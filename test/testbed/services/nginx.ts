import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { DEBIAN_SETS } from '../debian/sets.ts';
import { debianTree } from '../debian/tree.ts';
import { htpasswdLine, type Login } from './htpasswd.ts';
import {
  privateFile,
  removeFolder,
  type Service,
  type ServiceOptions,
  serviceFolder,
  servicePort,
  startProcess,
} from './service.ts';
import type { Certificate } from './tls.ts';

/** Serves the files of a folder over TLS to one user (HTTP's Basic scheme). */
export interface FileServer extends Service {
  /** `https://127.0.0.1:40123` */
  readonly url: string;
  /** The requests so far: `GET /charts/index.yaml 200`. */
  requests(): Promise<readonly string[]>;
}

/** Starts Debian's nginx on the files of `root`. */
export async function startFileServer(
  root: string,
  login: Login,
  certificate: Certificate,
  options: ServiceOptions = {},
): Promise<FileServer> {
  const tree = await debianTree(DEBIAN_SETS.nginx);
  const folder = await serviceFolder('nginx');
  const [host, port] = [options.bind ?? '127.0.0.1', await servicePort(options)];
  const users = await privateFile(folder, 'htpasswd', await htpasswdLine(login));
  const [certFile, keyFile] = await Promise.all(
    [certificate.certFile, certificate.keyFile].map(async (file) =>
      privateFile(folder, path.basename(file), await readFile(file, 'utf8')),
    ),
  );
  const log = path.join(folder, 'access.log');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  const config = `
daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr;
events {}
http {
  ${temporary.join(' ')}
  log_format lines '$request_method $uri $status';
  server {
    listen ${host}:${port} ssl;
    ssl_certificate ${certFile};
    ssl_certificate_key ${keyFile};
    root ${root};
    access_log ${log} lines;
    auth_basic charts;
    auth_basic_user_file ${users};
  }
}
`;
  const file = await privateFile(folder, 'nginx.conf', config);
  const server = await startProcess({
    name: 'nginx',
    file: path.join(tree.root, 'usr/sbin/nginx'),
    args: ['-p', folder, '-c', file, '-e', 'stderr'],
    folder,
    env: tree.env,
  });
  const stop = async (): Promise<void> => {
    await server.end();
    await removeFolder(folder);
  };
  try {
    await server.ready(() => accepts(host, port));
  } catch (error) {
    await stop();
    throw error;
  }
  const requests = async () => (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
  return { host, port, url: `https://${host}:${port}`, requests, stop };
}

/** Resolves to true if the port accepts a connection. */
export function accepts(host: string, port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(undefined));
  });
}
