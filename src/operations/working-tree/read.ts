import { access, lstat, readFile, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { type Git, git, treeFolders } from '../../exec/git.ts';
import type { AppliedSet, WorkingTree, WorkingTreeFacts } from '../../recovery/working-tree.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import { setDigest } from '../../state/revisions/set-digest.ts';
import { appliedRevision } from '../../state/revisions/versions.ts';
import type { DeploymentContext } from '../open-deployment.ts';
import { editedFiles, INDEX } from '../write-set.ts';

type TreeContext = Pick<DeploymentContext, 'deployment' | 'baseDirectory' | 'file' | 'runner'>;

/** Files in the folder of git's state that exist during an operation (git-scm.com, gitrevisions and git-rebase). */
const UNFINISHED = [
  ['MERGE_HEAD', 'merge'],
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
] as const;

/** The file in the folder of the rendered files that names the revision. */
export const RECORD = '.difyctl-revision';

/** True if difyctl.yaml is not in the tree, so that a copy of it is committed. */
export function isCopied(tree: WorkingTreeFacts): tree is WorkingTreeFacts & { readonly file: string } {
  return tree.file === `${tree.folder}.yaml`;
}

/**
 * Reads the working tree of the file; changes nothing. Undefined if the file names none. Throws ExternalError if git is
 * missing or fails.
 */
export async function readWorkingTree(context: TreeContext, signal: AbortSignal): Promise<WorkingTree | undefined> {
  const { deployment, baseDirectory, runner } = context;
  const named = deployment.recovery?.configuration?.workingTree;
  if (named === undefined) return undefined;
  const folder = await realpath(resolve(baseDirectory, named)).catch(() => undefined);
  if (folder === undefined) return { folder: resolve(baseDirectory, named), reason: 'does not exist' };
  const found = await treeFolders(runner, folder, { signal });
  if (found === undefined) return { folder, reason: 'is not in a Git working tree' };
  const { root, gitFolder } = found;
  const own = join(relative(root, folder), 'rendered', deployment.name);
  const file = await ownFile(context, root, own);
  const unfinished = await firstExisting(gitFolder);
  const link = await linkIn(root, own);
  return {
    root,
    folder: own,
    file,
    unfinished,
    link,
    ...(await stateOf(git(runner, root), context, { root, own, file }, signal)),
  };
}

async function stateOf(
  program: Git,
  { deployment, file: source }: TreeContext,
  { root, own, file }: { readonly root: string; readonly own: string; readonly file: string | undefined },
  signal: AbortSignal,
): Promise<Pick<WorkingTreeFacts, 'branch' | 'upstream' | 'changed' | 'edited' | 'recorded' | 'differing'>> {
  const paths = [own, ...(file === undefined ? [] : [file])];
  const { branch, upstream, changed } = await program.status(paths, { signal });
  const recorded = await program.recorded(deployment.name, paths, { signal });
  const differing = recorded === undefined ? [] : await program.differing(recorded.commit, paths, { signal });
  const inFolder = changed.map((path) => relative(own, path)).filter((path) => !path.startsWith('../'));
  const edited = await editedFiles(
    join(root, own),
    inFolder.filter((path) => path !== INDEX && path !== RECORD),
  );
  return {
    ...{ branch, upstream, changed, recorded, differing },
    edited: [...edited.map((path) => join(own, path)), ...(await editedCopy(root, source, file, changed))],
  };
}

/**
 * Returns the path of difyctl.yaml if it is in the tree. Otherwise the path of its copy, beside the folder of the
 * rendered files.
 */
async function ownFile({ file }: TreeContext, root: string, own: string): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const inTree = relative(root, await realpath(file));
  return inTree.startsWith('../') || isAbsolute(inTree) ? `${own}.yaml` : inTree;
}

/** Returns the copy of difyctl.yaml if it has changes that are not committed and is not equal to the file. */
async function editedCopy(
  root: string,
  source: string | undefined,
  file: string | undefined,
  changed: readonly string[],
): Promise<readonly string[]> {
  if (source === undefined || file === undefined || !changed.includes(file)) return [];
  const [text, copy] = await Promise.all([
    readFile(source, 'utf8'),
    readFile(join(root, file), 'utf8').catch(() => undefined),
  ]);
  return copy === undefined || copy === text ? [] : [file];
}

async function firstExisting(gitFolder: string): Promise<string | undefined> {
  for (const [name, operation] of UNFINISHED) {
    const exists = await access(join(gitFolder, name)).then(
      () => true,
      () => false,
    );
    if (exists) return operation;
  }
  return undefined;
}

/** Returns the folder of the rendered files, or the one above it, if it is a symbolic link. */
async function linkIn(root: string, own: string): Promise<string | undefined> {
  for (const path of [dirname(own), own]) {
    const kind = await lstat(join(root, path)).catch(() => undefined);
    if (kind?.isSymbolicLink() === true) return path;
  }
  return undefined;
}

/** Returns the newest applied revision, to compare it with the repository. */
export function appliedSet(revisions: readonly Revision[]): AppliedSet | undefined {
  const applied = appliedRevision(revisions);
  return applied === undefined ? undefined : { revision: applied.number, digest: setDigest(applied) };
}
