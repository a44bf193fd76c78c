import { rm } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { DEBIAN_SETS } from '../debian/sets.ts';
import { debianTree } from '../debian/tree.ts';
import { privateFile, type Service, type ServiceOptions, serviceFolder, servicePort, startProcess } from './service.ts';

/** A squid, and a function that tests whether a request is permitted. */
export interface Squid extends Service {
  /** The status of a GET of this URL through squid. */
  ask(url: string): Promise<number | undefined>;
}

/**
 * Starts Debian's squid with these lines after its port. Status 403: squid refused the request; 503: it tried and could
 * not connect.
 */
export async function startSquid(rules: string, options: ServiceOptions = {}): Promise<Squid> {
  const tree = await debianTree(DEBIAN_SETS.squid);
  const folder = await serviceFolder('squid');
  const [host, port] = [options.bind ?? '127.0.0.1', await servicePort(options)];
  const at = (file: string): string => path.join(tree.root, file);
  const config = [
    `http_port ${host}:${port}`,
    'acl CONNECT method CONNECT',
    rules,
    'http_access deny all',
    'pid_filename none',
    'pinger_enable off',
    'dns_nameservers 127.0.0.1',
    'dns_timeout 1 second',
    'connect_timeout 1 second',
    `coredump_dir ${folder}`,
    `cache_log ${folder}/cache.log`,
    'access_log none',
    `unlinkd_program ${at('usr/lib/squid/unlinkd')}`,
    `mime_table ${at('usr/share/squid/mime.conf')}`,
    `error_directory ${at('usr/share/squid/errors/en')}`,
    `icon_directory ${at('usr/share/squid/icons')}`,
    '',
  ].join('\n');
  const file = await privateFile(folder, 'squid.conf', config);
  const squid = await startProcess({
    name: 'squid',
    file: at('usr/sbin/squid'),
    args: ['-N', '-f', file],
    folder,
    env: tree.env,
  });
  const ask = (url: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request({ host, port, path: url, headers: { host: new URL(url).host }, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
  await squid.ready(() => ask('http://127.0.0.1/').catch(() => undefined));
  return {
    host,
    port,
    ask,
    stop: async () => {
      await squid.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
