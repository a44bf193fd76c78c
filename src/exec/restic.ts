import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExternalError, UserError } from '../base/errors.ts';
import type { Redact } from '../base/redact.ts';
import { makeTemporaryFolder } from '../base/temporary-folder.ts';
import { jsonAnswer } from './answer.ts';
import { RESTIC_EXIT, resticFailure } from './restic-failure.ts';
import {
  damagedSnapshotsOf,
  type ResticBackup,
  type ResticSnapshot,
  rewrittenIn,
  type StoredSnapshots,
  snapshotsOf,
  summaryReader,
} from './restic-output.ts';
import type { Runner, RunOptions, RunResult } from './runner.ts';

/** Options of one call. Transfers may take hours, so the time limit is a day if none is given. */
export type ResticOptions = Pick<RunOptions, 'signal' | 'timeoutMs' | 'onStart' | 'cwd' | 'env'>;

interface BackupRequest {
  readonly tags: readonly string[];
  /** Called with the bytes that were read so far. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** What a snapshot of one file contains: the output of a program, or a text. */
type FileSource = { readonly command: readonly string[] } | { readonly text: string };

/**
 * The restic program on one repository (0.17 or newer). Each method throws UserError if the repository does not exist,
 * the password is wrong or another run locks it, and ExternalError for any other failure.
 */
export interface Restic {
  /** Returns the version: `0.18.1`. Throws UserError if it is too old. */
  version(options?: ResticOptions): Promise<string>;
  /** Returns true if the repository exists and the password opens it. */
  exists(options?: ResticOptions): Promise<boolean>;
  /** Creates the repository. Throws UserError if an earlier call was killed before it had created all of it. */
  init(options?: ResticOptions): Promise<void>;
  /** Stores one file. A command that fails stores nothing. */
  backupFile(name: string, source: FileSource, request: BackupRequest, options?: ResticOptions): Promise<ResticBackup>;
  /**
   * Stores the contents of a folder; the folder itself is the root of the snapshot. Throws ExternalError if a file
   * could not be read, also if the others were stored.
   */
  backupFolder(folder: string, request: FolderRequest, options?: ResticOptions): Promise<ResticBackup>;
  /**
   * Stores snapshots once more, with the time of this call, `remove` replaced by `add` in their tags. Reads no data.
   * Throws ExternalError if one does not exist.
   */
  storeAgain(snapshots: readonly string[], tags: TagChange, options?: ResticOptions): Promise<void>;
  /** Returns the snapshots that have every one of the tags. */
  snapshots(tags: readonly string[], options?: ResticOptions): Promise<readonly ResticSnapshot[]>;
  /**
   * Returns the same as the repository has it now, not as the cache of this machine remembers it. It reads the file of
   * every snapshot.
   */
  storedSnapshots(tags: readonly string[], options?: ResticOptions): Promise<StoredSnapshots>;
  /** Returns the text of a file in a snapshot, at most 32 MiB. */
  text(snapshot: string, path: string, options?: ResticOptions): Promise<string>;
  /** Returns the output of a program that reads a file in a snapshot on its standard input. */
  pipe(snapshot: string, path: string, command: readonly string[], options?: ResticOptions): Promise<string>;
  /** Sends a file in a snapshot to `onChunk`. An error that it throws ends the transfer. */
  read(snapshot: string, path: string, onChunk: (chunk: Buffer) => void, options?: ResticOptions): Promise<void>;
  /** Reads everything in a snapshot and verifies its digests. Writes nothing. */
  readAll(snapshot: string, options?: ResticOptions): Promise<void>;
  /** Writes the contents of a snapshot into a folder, and verifies what was written. */
  restore(snapshot: string, folder: string, options?: ResticOptions): Promise<void>;
  /** Verifies the structure of the repository, and reads a share of the data: `3/7`, or everything: `1/1`. */
  check(share: string, options?: ResticOptions): Promise<void>;
  /** Removes snapshots, and the data that no other snapshot needs. */
  forget(snapshots: readonly string[], options?: ResticOptions): Promise<void>;
  /** Removes the locks of runs that are dead. */
  unlock(options?: ResticOptions): Promise<void>;
}

interface FolderRequest extends BackupRequest {
  readonly exclude?: readonly string[];
}

/** Tags of a snapshot, replaced by others. */
interface TagChange {
  readonly remove: readonly string[];
  readonly add: readonly string[];
}

export interface ResticSettings {
  readonly runner: Runner;
  readonly redact: Redact;
  /** Variables with the repository, the password and the login, each by the path of a file where restic reads one. */
  readonly env: Readonly<Record<string, string>>;
  /** The repository in messages, without a login. */
  readonly name: string;
  /** The host of each snapshot: the same from every machine, so that restic finds the parent of a snapshot. */
  readonly host: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** The oldest restic: exit codes of a missing repository and of a lock (changelog of restic 0.17). */
const OLDEST = { major: 0, minor: 17 };
/** Lines of progress in a second. restic prints 60 by default, and counts all files first to estimate the rest. */
const STATUS_FPS = '2';
/** How long restic itself waits for another run that locks the repository. */
const RETRY_LOCK = '--retry-lock=2m';

/** A shell script with a snapshot, a path and a command as its arguments, of which the shell interprets nothing. */
const PIPE = 'snapshot=$1; path=$2; shift 2; restic dump --no-lock "$snapshot" "$path" | "$@"';

/** Returns restic on one repository, started through the runner. */
export function restic(settings: ResticSettings): Restic {
  const call = (args: readonly string[], options: RunOptions = {}) => runRestic(settings, args, options);
  const backup = async (args: readonly string[], request: BackupRequest, options: RunOptions) => {
    const tags = request.tags.flatMap((tag) => ['--tag', tag]);
    const summary = summaryReader(request.onBytes);
    const words = ['backup', '--json', '--no-scan', RETRY_LOCK, '--host', settings.host, ...tags, ...args];
    const env = { ...options.env, RESTIC_PROGRESS_FPS: STATUS_FPS };
    await call(words, { ...options, env, onStdout: summary.push });
    return summary.result();
  };
  return {
    version: async (options) => checkedVersion((await call(['version'], options)).stdout),
    exists: async (options) => {
      const { exitCode } = await call(['cat', 'config', '--no-lock'], {
        ...options,
        okCodes: [0, RESTIC_EXIT.noRepository],
      });
      return exitCode === 0;
    },
    init: async (options) => void (await call(['init', '--json'], options)),
    backupFile: (name, source, request, options) =>
      onCommand(source, (command) =>
        backup(['--stdin-filename', name, '--stdin-from-command', '--', ...command], request, {
          ...options,
          killWithParent: true,
        }),
      ),
    backupFolder: (folder, request, options) =>
      backup([...(request.exclude ?? []).map((one) => `--exclude=${one}`), '.'], request, {
        ...options,
        cwd: folder,
        killWithParent: true,
      }),
    storeAgain: (snapshots, tags, options) => storeAgain(call, snapshots, tags, options),
    snapshots: async (tags, options) => {
      const { stdout } = await call(['snapshots', '--json', '--no-lock', '--tag', tags.join(',')], options);
      return snapshotsOf(jsonAnswer(stdout, 'restic snapshots'));
    },
    storedSnapshots: async (tags, options) => {
      const words = ['snapshots', '--json', '--no-lock', '--no-cache', '--tag', tags.join(',')];
      const { stdout, stderr } = await call(words, options);
      return { snapshots: snapshotsOf(jsonAnswer(stdout, 'restic snapshots')), damaged: damagedSnapshotsOf(stderr) };
    },
    text: async (snapshot, path, options) => (await call(['dump', '--no-lock', snapshot, path], options)).stdout,
    pipe: async (snapshot, path, command, options) => {
      const words = ['-c', PIPE, 'sh', snapshot, path, ...command];
      const env = { ...settings.env, ...options?.env };
      const bounded = { timeoutMs: DAY_MS, ...options, env, killWithParent: true } as const;
      return (await settings.runner.run('sh', words, bounded)).stdout;
    },
    read: async (snapshot, path, onChunk, options) =>
      void (await call(['dump', RETRY_LOCK, snapshot, path], { ...options, onStdout: onChunk, killWithParent: true })),
    readAll: async (snapshot, options) => {
      const settled = { ...options, onStdout: () => undefined, killWithParent: true } as const;
      // `dump` of a folder ends with exit code 0 if it cannot read the list of a folder in it; `ls` does not.
      for (const words of [
        ['ls', '--no-lock', snapshot],
        ['dump', '--no-lock', snapshot, '/'],
      ] as const)
        await call(words, settled);
    },
    restore: async (snapshot, folder, options) =>
      void (await call(['restore', RETRY_LOCK, snapshot, '--target', folder, '--verify'], {
        ...options,
        killWithParent: true,
      })),
    check: async (share, options) =>
      void (await call(['check', RETRY_LOCK, `--read-data-subset=${share}`], { ...options, killWithParent: true })),
    forget: async (snapshots, options) =>
      void (await call(['forget', RETRY_LOCK, '--prune', ...snapshots], { ...options, killWithParent: true })),
    unlock: async (options) => void (await call(['unlock'], options)),
  };
}

/**
 * Calls `use` with the command whose output is the file. A text is a file (0600) that `cat` prints: restic would store a
 * part of standard input as if it were all of it if this process were killed.
 */
async function onCommand<T>(source: FileSource, use: (command: readonly string[]) => Promise<T>): Promise<T> {
  if ('command' in source) return use(source.command);
  const folder = await makeTemporaryFolder();
  try {
    const path = join(folder, 'text');
    await writeFile(path, source.text, { mode: 0o600 });
    return await use(['cat', path]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The tag that `restic rewrite` adds (cmd_rewrite.go of restic 0.17 and 0.18). */
const REWRITTEN = 'rewrite';

async function storeAgain(
  call: (args: readonly string[], options?: RunOptions) => Promise<RunResult>,
  snapshots: readonly string[],
  { remove, add }: TagChange,
  options: ResticOptions = {},
): Promise<void> {
  // Without a change, `rewrite` stores nothing. It reads the time in the time zone of its process.
  const now = new Date().toISOString().slice(0, 19).replace('T', ' ');
  const zoned = { ...options, env: { ...options.env, TZ: 'UTC' } };
  const { stdout } = await call(['rewrite', RETRY_LOCK, '--new-time', now, ...snapshots], zoned);
  const stored = rewrittenIn(stdout);
  if (stored.length !== snapshots.length) {
    throw new ExternalError(`restic stored ${stored.length} of ${snapshots.length} snapshots again`, {
      command: 'restic rewrite',
    });
  }
  const without = [...remove, REWRITTEN].flatMap((tag) => ['--remove', tag]);
  await call(['tag', RETRY_LOCK, ...without, ...add.flatMap((tag) => ['--add', tag]), ...stored], options);
}

async function runRestic(settings: ResticSettings, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const { runner, env } = settings;
  const okCodes = options.okCodes ?? [0];
  const result = await runner.run('restic', args, {
    timeoutMs: DAY_MS,
    ...options,
    env: { ...env, ...options.env },
    okCodes: [...okCodes, ...Object.values(RESTIC_EXIT)],
  });
  if (okCodes.includes(result.exitCode)) return result;
  throw resticFailure(settings, args, result);
}

function checkedVersion(text: string): string {
  const [, version = '', major = '', minor = ''] = /^restic ((\d+)\.(\d+)\S*)/.exec(text) ?? [];
  const isOld = Number(major) === OLDEST.major && Number(minor) < OLDEST.minor;
  if (version !== '' && !isOld) return version;
  const observed = version === '' ? 'the restic on PATH does not print its version' : `restic ${version} is too old`;
  throw new UserError(`${observed}; expected ${OLDEST.major}.${OLDEST.minor} or newer`, {
    next: ['install it from https://github.com/restic/restic/releases, and put it on PATH'],
  });
}
