import { randomBytes } from 'node:crypto';
import { chown, copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';

import { execa } from 'execa';

import { poll } from '../../../src/rehearsal/plane/poll.ts';
import { debianPostgres, type PostgresInstallation } from './postgres-installation.ts';
import {
  privateFile,
  removeFolder,
  type Service,
  type ServiceOptions,
  type ServiceProcess,
  serviceFolder,
  servicePort,
  startProcess,
  unprivileged,
} from './service.ts';
import { type Certificate, makeCertificate } from './tls.ts';

export interface PostgresOptions extends ServiceOptions {
  /** Superuser. Default: postgres. */
  readonly username?: string;
  /** Default: a random one. */
  readonly password?: string;
  /** Databases to create. */
  readonly databases?: readonly string[];
  /** Settings of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Serve TLS and refuse connections without it. */
  readonly tls?: boolean;
  /** Also start a standby that streams from it. */
  readonly standby?: boolean;
  /** Archive its log into a folder next to its data. */
  readonly archiving?: boolean;
  /** Lines of pg_hba.conf before its own. */
  readonly access?: readonly string[];
  /** Source of the programs. Default: Debian's PostgreSQL 15. */
  readonly from?: () => Promise<PostgresInstallation>;
}

/** A real PostgreSQL. */
export interface PostgresService extends Service {
  readonly username: string;
  readonly password: string;
  /** Its data folder. */
  readonly data: string;
  /** The CA file of the authority that signed its certificate. */
  readonly caFile?: string;
  readonly standby?: Service & Pick<PostgresService, 'query'>;
  /** An `archive_command` that works if the server was started with archiving. */
  readonly archiveCommand: string;
  /**
   * The files of its certificate and key. If they are replaced, the server serves the new certificate after a reload.
   */
  readonly certificate?: Certificate;
  /** Runs statements with psql. Returns one line per row, with columns separated by `|`. */
  query(statement: string, database?: string): Promise<string>;
  /** Changes settings with ALTER SYSTEM (null: resets) and reloads the server. */
  configure(settings: Readonly<Record<string, string | null>>): Promise<void>;
}

/** Starts a PostgreSQL server. @throws Unavailable if its programs cannot be installed */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresService> {
  const installation = await (options.from ?? debianPostgres)();
  const folder = await serviceFolder('postgres');
  const host = options.bind ?? '127.0.0.1';
  const login = {
    host,
    port: await servicePort(options),
    username: options.username ?? 'postgres',
    password: options.password ?? randomBytes(12).toString('hex'),
  };
  const certificate = options.tls === true ? await makeCertificate(folder, [host, 'localhost']) : undefined;
  const server: Server = { installation, folder, login, certificate, query: queryWith(installation, login) };
  const running: ServiceProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const one of running.reverse()) await one.end();
    await removeFolder(folder);
  };
  try {
    await initialise(server, options);
    running.push(await startServer(server, 'primary', login.port));
    for (const name of options.databases ?? []) await server.query(`CREATE DATABASE "${name}"`);
    const standby = options.standby === true ? await startStandby(server, running) : undefined;
    return {
      ...login,
      query: server.query,
      configure: (settings) => configure(server, settings),
      archiveCommand: archiveCommand(folder),
      data: path.join(folder, 'primary'),
      stop,
      ...(certificate && { caFile: certificate.caFile, certificate }),
      ...(standby && { standby }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Login {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

interface Server {
  readonly installation: PostgresInstallation;
  readonly folder: string;
  readonly login: Login;
  readonly certificate: Certificate | undefined;
  readonly query: PostgresService['query'];
}

const program = (installation: PostgresInstallation, name: string): string => path.join(installation.programs, name);

/** Runs one of PostgreSQL's programs until it exits. */
async function run(server: Server, name: string, args: readonly string[], env: Record<string, string> = {}) {
  const [file, all] = unprivileged(program(server.installation, name), args);
  await execa(file, all, { cwd: server.folder, env: { ...server.installation.env, ...env }, stdin: 'ignore' });
}

async function initialise(server: Server, options: PostgresOptions): Promise<void> {
  const { folder, login, certificate } = server;
  const secret = await privateFile(folder, 'password', `${login.password}\n`);
  const data = path.join(folder, 'primary');
  const cluster = [`--pgdata=${data}`, `--username=${login.username}`, `--pwfile=${secret}`, '--auth=scram-sha-256'];
  await run(server, 'initdb', [...cluster, '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync']);
  const settings: Record<string, string | number> = {
    listen_addresses: login.host,
    unix_socket_directories: folder,
    ...(certificate && { ssl: 'on', ssl_cert_file: certificate.certFile, ssl_key_file: certificate.keyFile }),
    ...(options.archiving === true && {
      archive_mode: 'on',
      archive_timeout: 60,
      archive_command: archiveCommand(folder),
    }),
    ...options.settings,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
  await privateFile(data, 'postgresql.auto.conf', lines.join(''));
  const kind = certificate === undefined ? 'host' : 'hostssl';
  const access = ['all', 'replication'].map((database) => `${kind} ${database} all all scram-sha-256`);
  await privateFile(data, 'pg_hba.conf', [...(options.access ?? []), ...access, ''].join('\n'));
  if (options.archiving === true) await mkdir(path.join(folder, 'archive'), { mode: 0o777 });
  if (options.archiving === true && process.getuid?.() === 0) await chown(path.join(folder, 'archive'), 65534, 65534);
}

const archiveCommand = (folder: string): string => `cp %p ${path.join(folder, 'archive')}/%f`;

/** Replaces the certificate files of a server. `configure({})` makes it read them. */
export async function replaceCertificate(service: PostgresService, by: Certificate): Promise<void> {
  if (service.certificate === undefined) throw new Error('this server has no certificate');
  await copyFile(by.certFile, service.certificate.certFile);
  await copyFile(by.keyFile, service.certificate.keyFile);
}

async function configure({ query }: Server, settings: Readonly<Record<string, string | null>>): Promise<void> {
  const loaded = 'SELECT pg_conf_load_time()';
  const before = await query(loaded);
  for (const [name, value] of Object.entries(settings)) {
    await query(value === null ? `ALTER SYSTEM RESET ${name}` : `ALTER SYSTEM SET ${name} = ${literal(value)}`);
  }
  await query('SELECT pg_reload_conf()');
  const changed = async () => ((await query(loaded)) === before ? undefined : true);
  await poll('the configuration is read', changed, { timeoutMs: 10_000 });
}

const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`;

async function startServer(server: Server, name: string, port: number): Promise<ServiceProcess> {
  const { installation, folder, login } = server;
  const started = await startProcess({
    name,
    file: program(installation, 'postgres'),
    args: ['-D', path.join(folder, name), '-p', String(port)],
    folder,
    env: installation.env,
    signal: 'SIGINT',
  });
  const answers = queryWith(installation, { ...login, port });
  await started.ready(() => answers('SELECT 1').then(Boolean, () => undefined));
  return started;
}

async function startStandby(
  server: Server,
  running: ServiceProcess[],
): Promise<NonNullable<PostgresService['standby']>> {
  const { folder, login } = server;
  const port = await servicePort({});
  await mkdir(folder, { recursive: true });
  const source = ['-h', login.host, '-p', String(login.port), '-U', login.username];
  const copy = ['-D', path.join(folder, 'standby'), '--write-recovery-conf', '--checkpoint=fast', '--no-sync'];
  await run(server, 'pg_basebackup', [...source, ...copy], { PGPASSWORD: login.password });
  const standby = await startServer(server, 'standby', port);
  running.push(standby);
  await standby.ready(async () => {
    const streaming = await server.query("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'");
    return streaming === '1' ? true : undefined;
  });
  const query = queryWith(server.installation, { ...login, port });
  return { host: login.host, port, query, stop: () => standby.end() };
}

function queryWith(installation: PostgresInstallation, login: Login): PostgresService['query'] {
  return async (statement, database = 'postgres') => {
    const server = ['-h', login.host, '-p', String(login.port), '-U', login.username, '-d', database];
    const format = ['--no-psqlrc', '--tuples-only', '--no-align', '--quiet', '-v', 'ON_ERROR_STOP=1'];
    const result = await execa(program(installation, 'psql'), [...server, ...format], {
      input: statement,
      env: { ...installation.env, PGPASSWORD: login.password, PGCONNECT_TIMEOUT: '5' },
    });
    return result.stdout;
  };
}
