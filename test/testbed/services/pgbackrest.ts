import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { DEBIAN_SETS } from '../debian/sets.ts';
import { debianTree } from '../debian/tree.ts';
import { type PostgresOptions, type PostgresService, startPostgres } from './postgres.ts';
import { removeFolder, serviceFolder, unprivileged } from './service.ts';

/** pgBackRest with a repository of its own, and the PostgreSQL server that it archives. */
export interface Archived {
  readonly postgres: PostgresService;
  /** Its configuration, with the stanza `dify`. */
  readonly config: string;
  /** The folder of its repository. */
  readonly repository: string;
  /** The user of both. */
  readonly user: string;
  /** PATH of pgBackRest and of PostgreSQL, which every user may read. */
  readonly programs: string;
  readonly env: Readonly<Record<string, string>>;
  /** Starts another, empty server in place of the one that was lost. */
  replace(): Promise<PostgresService>;
  /** Runs a command of pgBackRest: `backup --type=full`. */
  run(...args: readonly string[]): Promise<string>;
  /** Ends the current segment of the log, and waits until it is archived. */
  archiveNow(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server whose log pgBackRest archives, and makes its first full backup. `at`: where the server listens. */
export async function startArchived(
  settings: PostgresOptions['settings'] = {},
  at: Pick<PostgresOptions, 'bind'> = {},
): Promise<Archived> {
  const folder = await serviceFolder('pgbackrest');
  await chmod(folder, 0o755);
  const tree = await debianTree(DEBIAN_SETS.pgbackrest);
  // The cache of root is closed to others, and difyctl runs these programs as another user.
  for (const name of ['root', 'libraries'])
    await execa('cp', ['-a', '--link', path.join(path.dirname(tree.root), name), folder]);
  const bin = path.join(folder, 'root/usr/lib/postgresql/15/bin');
  const program = path.join(folder, 'root/usr/bin/pgbackrest');
  const env = { LD_LIBRARY_PATH: path.join(folder, 'libraries') };
  const config = path.join(folder, 'pgbackrest.conf');
  const repository = path.join(folder, 'repository');
  for (const name of ['repository', 'locks']) {
    await mkdir(path.join(folder, name));
    if (process.getuid?.() === 0) await chown(path.join(folder, name), 65534, 65534);
  }
  const installation = async () => ({ programs: bin, env });
  const options: PostgresOptions = {
    ...at,
    from: installation,
    access: ['local all all trust'],
    settings: { archive_mode: 'on', archive_command: '/bin/false', ...settings },
  };
  let postgres = await startPostgres(options);
  const { port } = postgres;
  await writeFile(
    config,
    [
      ...['[global]', `repo1-path=${repository}`, `lock-path=${folder}/locks`, 'log-level-file=off', 'start-fast=y'],
      ...['[dify]', `pg1-path=${postgres.data}`, `pg1-port=${port}`, `pg1-socket-path=${path.dirname(postgres.data)}`],
      ...['pg1-user=postgres', ''],
    ].join('\n'),
  );
  const run = async (...args: readonly string[]): Promise<string> => {
    const [file, all] = unprivileged(program, [`--config=${config}`, '--stanza=dify', ...args]);
    return (await execa(file, all, { env: { ...env, HOME: folder }, stdin: 'ignore', cwd: folder })).stdout;
  };
  await run('stanza-create');
  const push = `env LD_LIBRARY_PATH=${env.LD_LIBRARY_PATH} ${program} --config=${config} --stanza=dify archive-push %p`;
  await postgres.configure({ archive_command: push });
  await run('backup', '--type=full');
  return {
    get postgres() {
      return postgres;
    },
    ...{ config, repository, user: 'nobody', env, run },
    programs: `${path.dirname(program)}:${bin}`,
    replace: async () => {
      await postgres.stop();
      postgres = await startPostgres({ ...at, from: installation, port });
      return postgres;
    },
    archiveNow: async () => void (await run('check')),
    stop: async () => {
      await postgres.stop();
      await removeFolder(folder);
    },
  };
}
