import { ExternalError } from '../base/errors.ts';
import { outputLines } from './answer.ts';
import { changedPaths, type RecordedCommit, recordedCommit, type TreeBranch, treeBranch } from './git-output.ts';
import type { Runner, RunOptions } from './runner.ts';

/** Options of one call. */
type GitOptions = Pick<RunOptions, 'signal'>;

/** What `git status` says of some paths. */
interface TreeStatus extends TreeBranch {
  /** Paths with changes that are not committed, relative to the root. */
  readonly changed: readonly string[];
}

/**
 * The git program on one working tree. Paths are relative to its root, and no character of them is a pattern. Each
 * method throws ExternalError.
 */
export interface Git {
  status(paths: readonly string[], options: GitOptions): Promise<TreeStatus>;
  /** Returns the newest commit of a deployment that difyctl made. Undefined if the branch has none. */
  recorded(deployment: string, paths: readonly string[], options: GitOptions): Promise<RecordedCommit | undefined>;
  /** Returns the paths whose files differ from a commit. Files that git does not know are left out. */
  differing(commit: string, paths: readonly string[], options: GitOptions): Promise<readonly string[]>;
  /** Adds files to the index, also those that `.gitignore` names. */
  add(paths: readonly string[], options: GitOptions): Promise<void>;
  /** Commits these paths alone. What else is in the index stays there. Returns the id of the commit. */
  commit(message: string, paths: readonly string[], options: GitOptions): Promise<string>;
}

/** A working tree and the folder with its state. Both paths are absolute, without links. */
interface TreeFolders {
  readonly root: string;
  readonly gitFolder: string;
}

/**
 * Settings of every call. A hook or a file system monitor is a program that someone may have put into the tree: an
 * install never runs it with the rights and the kubeconfig of the operator (git-scm.com, git-config, core.hooksPath and
 * core.fsmonitor). `gc.auto=0`: git starts no work in the background.
 */
const SETTINGS = ['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'gc.auto=0'].flatMap((one) => ['-c', one]);

/** No prompt, no translated messages, and not the repository of a hook that started difyctl. */
const ENVIRONMENT = {
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
  ...Object.fromEntries(
    ['DIR', 'WORK_TREE', 'INDEX_FILE', 'COMMON_DIR', 'OBJECT_DIRECTORY', 'PREFIX'].map((name) => [
      `GIT_${name}`,
      undefined,
    ]),
  ),
};

/** The author of a commit if git knows no name and no address of the operator. */
const OWN_IDENTITY = ['-c', 'user.name=difyctl', '-c', 'user.email=difyctl@localhost'];

/** The exit code of git if a command cannot run. */
const REFUSED = 128;

/**
 * Returns the working tree that a folder is in. Undefined if it is in none. Throws ExternalError if git is missing, or
 * refuses the folder because it belongs to another user.
 */
export async function treeFolders(
  runner: Runner,
  folder: string,
  options: GitOptions,
): Promise<TreeFolders | undefined> {
  const args = ['rev-parse', '--show-toplevel', '--absolute-git-dir'];
  const { exitCode, stdout, stderr } = await runGit(runner, folder, args, { ...options, okCodes: [0, REFUSED] });
  if (exitCode === 0) {
    const [root = '', gitFolder = ''] = outputLines(stdout);
    return { root, gitFolder };
  }
  if (/not a git repository|must be run in a work tree/.test(stderr)) return undefined;
  throw new ExternalError(`git refuses ${folder}`, { command: `git ${args.join(' ')}`, stderr: outputLines(stderr) });
}

/** Returns git on the working tree with this root. */
export function git(runner: Runner, root: string): Git {
  const call = (args: readonly string[], options: RunOptions) => runGit(runner, root, args, options);
  return {
    status: async (paths, options) => {
      const words = ['status', '--porcelain=v2', '--branch', '-z', '--no-renames', '--untracked-files=all'];
      const { stdout } = await call([...words, '--', ...paths], options);
      return { ...treeBranch(stdout), changed: changedPaths(stdout) };
    },
    recorded: async (deployment, paths, options) => {
      const words = ['log', '-1', '--no-show-signature', '--format=%H%n%cI%n%B', '--extended-regexp'];
      const trailer = `--grep=^Difyctl-Deployment: ${deployment}$`;
      const { exitCode, stdout } = await call([...words, trailer, '--', ...paths], {
        ...options,
        okCodes: [0, REFUSED],
      });
      // Exit code 128: the branch has no commit yet.
      return exitCode === 0 ? recordedCommit(stdout) : undefined;
    },
    differing: async (commit, paths, options) => {
      const words = ['diff', '--name-only', '-z', '--no-renames', '--no-ext-diff', commit];
      const { stdout } = await call([...words, '--', ...paths], options);
      return stdout.split('\0').filter((path) => path !== '');
    },
    add: async (paths, options) => void (await call(['add', '--force', '--', ...paths], options)),
    commit: async (message, paths, options) => {
      const words = ['commit', '--only', '--quiet', '--no-verify', '--cleanup=verbatim', '--file=-'];
      const identity = (await hasIdentity(call, options)) ? [] : OWN_IDENTITY;
      await call([...identity, ...words, '--', ...paths], { ...options, input: message });
      return (await call(['rev-parse', 'HEAD'], options)).stdout.trim();
    },
  };
}

/** Returns true if git knows who commits, from its configuration or the environment. */
async function hasIdentity(
  call: (args: readonly string[], options: RunOptions) => Promise<{ readonly exitCode: number }>,
  options: GitOptions,
): Promise<boolean> {
  const args = ['-c', 'user.useConfigOnly=true', 'var', 'GIT_COMMITTER_IDENT'];
  return (await call(args, { ...options, okCodes: [0, REFUSED] })).exitCode === 0;
}

function runGit(runner: Runner, folder: string, args: readonly string[], options: RunOptions) {
  const words = ['--no-optional-locks', '--literal-pathspecs', ...SETTINGS, ...args];
  return runner.run('git', words, { ...options, cwd: folder, env: ENVIRONMENT });
}
