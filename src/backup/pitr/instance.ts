import { chmod, chown, mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { ExternalError, Interrupted, UserError } from '../../base/errors.ts';
import { formatBytes } from '../../base/quantity.ts';
import { makeTemporaryFolder } from '../../base/temporary-folder.ts';
import type { Runner } from '../../exec/runner.ts';
import type { PointInTime } from './archive.ts';

/** A temporary server on a restored data folder. It does not listen on a network. */
export interface Instance {
  /** Folder of its socket, as libpq's `host`. */
  readonly socket: string;
}

interface InstanceInput {
  readonly runner: Runner;
  readonly signal: AbortSignal;
  /** Called with the id of each process that it starts, for the lock. */
  readonly onStart: (pid: number) => void;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Room that the server needs, as a multiple of the backup: with the WAL that the recovery reads. */
const RESERVE = 1.2;
const POLL_MS = 300;
/** What PostgreSQL logs if the WAL ends before the time (access/transam/xlogrecovery.c). */
const ENDED = /recovery ended before configured recovery target was reached/;
const LAST = /last completed transaction was at log time (\S+ \S+)/;

/**
 * Restores a backup into a new folder, starts a server on it that recovers to the stated time, and then calls `use`. The
 * server accepts connections only through its socket. Folder and server are removed afterwards. Throws UserError if the
 * archive ends before the time, ExternalError if a program fails.
 */
export async function withInstance<T>(
  point: PointInTime,
  input: InstanceInput,
  use: (instance: Instance) => Promise<T>,
): Promise<T> {
  const { runner, signal, onStart } = input;
  const folder = await makeTemporaryFolder();
  try {
    await refuseSmallDisk(folder, point.backup.bytes);
    const [data, scratch] = await ownedFolders(point, folder, runner, signal);
    const { label } = point.backup;
    await point.program.restore({ label, at: point.at, data, scratch }, { signal, onStart, timeoutMs: DAY_MS });
    return await withServer(point, { data, scratch }, input, use);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function refuseSmallDisk(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= RESERVE * bytes) return;
  throw new UserError(
    `${folder} has ${formatBytes(bavail * bsize)} free; the server needs ${formatBytes(RESERVE * bytes)}`,
    {
      next: ['set TMPDIR to a folder with more room'],
    },
  );
}

/** Creates the folders of the server. The user of the server owns them, and may enter the folder above them. */
async function ownedFolders(
  { program }: PointInTime,
  folder: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<readonly [data: string, scratch: string]> {
  const folders = [join(folder, 'data'), join(folder, 's')] as const;
  for (const one of folders) await mkdir(one, { mode: 0o700 });
  if (process.getuid?.() !== 0) return folders;
  await chmod(folder, 0o711);
  const idOf = async (flag: string): Promise<number> => {
    const [first = '', ...words] = program.asUser(['id', flag]);
    return Number((await runner.run(first, words, { signal })).stdout.trim());
  };
  const [uid, gid] = [await idOf('-u'), await idOf('-g')];
  for (const one of folders) await chown(one, uid, gid);
  return folders;
}

async function withServer<T>(
  point: PointInTime,
  { data, scratch }: { readonly data: string; readonly scratch: string },
  { runner, signal, onStart }: InstanceInput,
  use: (instance: Instance) => Promise<T>,
): Promise<T> {
  const hba = join(scratch, 'hba');
  const config = join(scratch, 'conf');
  // Only this user and root may enter the folder of the socket.
  await writeFile(hba, 'local all all trust\n', { mode: 0o644 });
  await writeFile(config, '', { mode: 0o644 });
  const settings: Readonly<Record<string, string>> = {
    config_file: config,
    hba_file: hba,
    listen_addresses: '',
    unix_socket_directories: scratch,
    port: '5432',
    // The log names times.
    ...{ timezone: 'UTC', log_timezone: 'UTC' },
    // With hot standby, the server would require at least the limits of the lost server, such as max_connections.
    hot_standby: 'off',
    ...{ archive_mode: 'off', ssl: 'off', logging_collector: 'off', shared_preload_libraries: '', fsync: 'off' },
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [first = '', ...words] = point.program.asUser([
    await serverProgram(point, runner, signal),
    '-D',
    data,
    ...options,
  ]);
  const stop = new AbortController();
  const lines: string[] = [];
  let ended: unknown;
  const running = runner
    .run(first, words, {
      ...{ timeoutMs: DAY_MS, killWithParent: true, onStart, signal: AbortSignal.any([signal, stop.signal]) },
      onStderr: (line) => void lines.push(line),
    })
    .then(
      () => undefined,
      (error: unknown) => error,
    )
    .then((error) => {
      ended = error ?? new ExternalError('the server for the restore ended');
    });
  try {
    while (!(await hasRecovered(scratch, runner, signal))) {
      if (ended !== undefined) throw failure(ended, lines, point.at);
      if (signal.aborted) throw new Interrupted();
      await delay(POLL_MS);
    }
    return await use({ socket: scratch });
  } finally {
    stop.abort();
    await running;
  }
}

/** Debian and Red Hat install the server's program outside of PATH. */
async function serverProgram({ postgres }: PointInTime, runner: Runner, signal: AbortSignal): Promise<string> {
  const places = ['postgres', `/usr/lib/postgresql/${postgres}/bin/postgres`, `/usr/pgsql-${postgres}/bin/postgres`];
  const script = 'for one; do command -v "$one" && exit; done';
  const { stdout } = await runner.run('sh', ['-c', script, 'sh', ...places], { signal, okCodes: [0, 1, 127] });
  const found = stdout.trim();
  if (found !== '') return found;
  throw new UserError(
    `the server of PostgreSQL ${postgres} is not installed on this machine; the restore needs its program postgres`,
    {
      next: [`put the programs of PostgreSQL ${postgres} on PATH`],
    },
  );
}

/** True if the server accepts connections: without hot standby it does so after the recovery. */
async function hasRecovered(socket: string, runner: Runner, signal: AbortSignal): Promise<boolean> {
  const { exitCode } = await runner.run('pg_isready', ['--host', socket, '--port', '5432'], {
    ...{ signal, okCodes: [0, 1, 2, 3] },
  });
  return exitCode === 0;
}

function failure(ended: unknown, lines: readonly string[], at: Date): unknown {
  if (lines.some((line) => ENDED.test(line))) {
    const last = lines.flatMap((line) => LAST.exec(line)?.[1] ?? []).at(-1);
    const reach = last === undefined ? '' : `; its last transaction was at ${last} UTC`;
    return new UserError(`the archive of PostgreSQL ends before ${at.toISOString()}${reach}; nothing was changed`, {
      next: ['restore to an earlier time'],
    });
  }
  if (ended instanceof ExternalError) return ended;
  return new ExternalError('the server for the restore ended before it had recovered', { stderr: lines.slice(-12) });
}
