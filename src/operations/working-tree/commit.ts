import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExternalError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { git } from '../../exec/git.ts';
import type { TreeObstacle, WorkingTreeFacts } from '../../recovery/working-tree.ts';
import type { InstallOptions } from '../options.ts';
import type { RenderedDeployment } from '../prepare.ts';
import { INDEX, unwrittenFiles, writeSet } from '../write-set.ts';
import { type CheckedTree, commitObstacle, committedFiles } from './check.ts';
import { isCopied, RECORD, readWorkingTree } from './read.ts';

/** The commit of an install. */
export interface ConfigurationCommit {
  /**
   * `planned`: of a dry run; `unchanged`: the branch has these files already; `skipped`: the tree was not ready, which
   * in test is a warning; `failed`: the install has succeeded, and its revision is not committed.
   */
  readonly outcome: 'planned' | 'committed' | 'unchanged' | 'skipped' | 'failed';
  /** Root of the working tree, or the folder that is none. */
  readonly workingTree: string;
  /** Paths relative to the root. */
  readonly files: readonly string[];
  /** Id of the commit. */
  readonly commit?: string;
  /** Why nothing was committed, and the next step. */
  readonly reason?: string;
  readonly next?: string;
}

type CommitOptions = Pick<InstallOptions, 'prepared' | 'signal'>;

/** Returns what an install would commit. Writes nothing. */
export async function plannedCommit(prepared: RenderedDeployment, checked: CheckedTree): Promise<ConfigurationCommit> {
  const { tree } = checked;
  const obstacle = commitObstacle(prepared, checked);
  if (obstacle !== undefined || 'reason' in tree) return without(tree, 'skipped', obstacle);
  const unwritten = await unwrittenFiles(join(tree.root, tree.folder), committedFiles(prepared));
  const files = [
    ...unwritten.map((path) => join(tree.folder, path)),
    ...(await oldCopy(checked, tree)),
    ...tree.changed,
  ];
  return { outcome: 'planned', workingTree: tree.root, files: [...new Set(files)].toSorted() };
}

/**
 * Commits difyctl.yaml and the rendered files of a revision that was applied. Never throws: the install is finished.
 * Nothing is committed if the branch has these files already.
 */
export async function commitRevision(
  options: CommitOptions,
  checked: CheckedTree,
  revision: number,
): Promise<ConfigurationCommit> {
  const { tree } = checked;
  const { tier } = options.prepared.deployment;
  try {
    const now = await readWorkingTree(options.prepared, options.signal);
    const obstacle =
      commitObstacle(options.prepared, { ...checked, tree: now ?? tree }) ??
      (await editedSince(options.prepared, checked));
    if (obstacle !== undefined || now === undefined || 'reason' in now) {
      return without(now ?? tree, tier === 'prod' ? 'failed' : 'skipped', obstacle);
    }
    return await commitFiles(options, now, checked.text, revision);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const said = error instanceof ExternalError ? error.stderr : [];
    const observed = [message, ...(said.length === 0 ? [] : [said.join(' ')])].join(': ');
    return without(tree, 'failed', { observed, expected: '', next: 'difyctl install commits it' });
  }
}

async function commitFiles(
  { prepared, signal }: CommitOptions,
  tree: WorkingTreeFacts,
  text: string | undefined,
  revision: number,
): Promise<ConfigurationCommit> {
  const { root, folder, file } = tree;
  const program = git(prepared.runner, root);
  const files = committedFiles(prepared);
  const { digest } = await writeSet(join(root, folder), files, true);
  // The number of the revision is in a file, so that every revision has a commit, also one that repaired drift.
  await writeFileAtomic(join(root, folder, RECORD), `revision ${revision}\nsha256 ${digest}\n`);
  if (isCopied(tree) && text !== undefined) await writeFileAtomic(join(root, tree.file), text);
  const own = file === undefined ? [] : [file];
  const written = [...files.map(({ path }) => join(folder, path)), join(folder, INDEX), join(folder, RECORD), ...own];
  await program.add(written, { signal });
  const { changed } = await program.status([folder, ...own], { signal });
  if (changed.length === 0) return { outcome: 'unchanged', workingTree: root, files: [] };
  const commit = await program.commit(messageOf(prepared, revision, digest), changed, { signal });
  return { outcome: 'committed', workingTree: root, files: changed.toSorted(), commit };
}

/** The message of a commit. Its trailers name the deployment, the revision and the digest of the rendered set. */
function messageOf(
  { deployment, chart }: Pick<RenderedDeployment, 'deployment' | 'chart'>,
  revision: number,
  digest: string,
): string {
  const { name, version } = deployment;
  const versions = [`Dify ${version}`, ...(chart === undefined ? [] : [`chart ${chart.facts.version}`])];
  return [
    `Record revision ${revision} of ${name}`,
    '',
    `difyctl installed it: ${versions.join(', ')}.`,
    '',
    `Difyctl-Deployment: ${name}`,
    `Difyctl-Revision: ${revision}`,
    `Difyctl-Digest: sha256:${digest}`,
    '',
  ].join('\n');
}

/** Returns the copy of difyctl.yaml if it is not as the file. */
async function oldCopy({ text }: CheckedTree, tree: WorkingTreeFacts): Promise<readonly string[]> {
  if (!isCopied(tree)) return [];
  const copy = await readFile(join(tree.root, tree.file), 'utf8').catch(() => undefined);
  return copy === text ? [] : [tree.file];
}

/** The file may be edited during an install of some minutes: the commit would not be what was installed. */
async function editedSince({ file }: RenderedDeployment, { text }: CheckedTree): Promise<TreeObstacle | undefined> {
  if (file === undefined || (await readFile(file, 'utf8')) === text) return undefined;
  return {
    observed: `${file} was edited during the install`,
    expected: 'the file that was installed',
    next: 'difyctl install installs the edited file and commits it',
  };
}

function without(
  tree: CheckedTree['tree'],
  outcome: ConfigurationCommit['outcome'],
  obstacle: TreeObstacle | undefined,
): ConfigurationCommit {
  const { observed = '', expected = '', next = '' } = obstacle ?? {};
  const reason = expected === '' ? observed : `${observed}; expected ${expected}`;
  return { outcome, workingTree: 'reason' in tree ? tree.folder : tree.root, files: [], reason, next };
}
