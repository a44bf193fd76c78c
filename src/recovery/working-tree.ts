/** The Git working tree of `recovery.configuration.workingTree`. Paths are relative to its root, unless they are absolute. */
export interface WorkingTreeFacts {
  /** Absolute, without links. */
  readonly root: string;
  /** The folder with the rendered files: `rendered/dify`. */
  readonly folder: string;
  /** difyctl.yaml in the tree, or its copy. Undefined if the file was read from standard input. */
  readonly file: string | undefined;
  /** Undefined if HEAD is detached. */
  readonly branch: string | undefined;
  /** The branch that this one follows, as the last fetch saw it. Undefined if there is none. */
  readonly upstream: { readonly name: string; readonly ahead: number; readonly behind: number } | undefined;
  /** `merge`, `rebase`, `cherry-pick` or `revert`, if one has begun and not ended. */
  readonly unfinished: string | undefined;
  /** A folder of difyctl's files that is a symbolic link. */
  readonly link: string | undefined;
  /** difyctl's files that have changes which are not committed. */
  readonly changed: readonly string[];
  /** Those of `changed` that difyctl did not write, without difyctl.yaml. */
  readonly edited: readonly string[];
  /** The newest commit of difyctl for this deployment. Undefined if there is none. */
  readonly recorded:
    | { readonly commit: string; readonly at: string; readonly revision: number; readonly digest: string }
    | undefined;
  /** difyctl's files that are not as in that commit. */
  readonly differing: readonly string[];
}

/** A folder that is not a working tree, with the reason in words. */
interface MissingTree {
  readonly folder: string;
  readonly reason: string;
}

export type WorkingTree = WorkingTreeFacts | MissingTree;

/** The newest applied revision. `digest`: SHA-256 of its rendered set without the files that hold secrets. */
export interface AppliedSet {
  readonly revision: number;
  readonly digest: string;
}

/** A working tree, and the newest applied revision. */
export interface ComparedTree {
  readonly tree: WorkingTree;
  /** Undefined if no revision is applied. */
  readonly applied: AppliedSet | undefined;
}

/** Why difyctl cannot commit, or why an install in prod is refused. */
export interface TreeObstacle {
  readonly observed: string;
  readonly expected: string;
  readonly next: string;
}

/** Returns what prevents a commit. Undefined if nothing does. */
export function treeObstacle(tree: WorkingTree): TreeObstacle | undefined {
  if ('reason' in tree) {
    const { folder, reason } = tree;
    const next = 'correct recovery.configuration.workingTree, or clone the repository there';
    return { observed: `${folder} ${reason}`, expected: 'a Git working tree', next };
  }
  const { root, unfinished, branch, link, edited } = tree;
  if (unfinished !== undefined) {
    const next = `git -C ${root} status shows how to continue or abort the ${unfinished}`;
    return { observed: `a ${unfinished} in ${root} is not finished`, expected: 'no operation in progress', next };
  }
  if (branch === undefined) {
    const next = `git -C ${root} switch BRANCH`;
    return { observed: `HEAD of ${root} is detached`, expected: 'a branch, so that the commit is kept', next };
  }
  if (link !== undefined) {
    const next = `remove the link ${root}/${link}`;
    return { observed: `${root}/${link} is a symbolic link`, expected: 'a folder', next };
  }
  if (edited.length === 0) return undefined;
  return {
    observed: `${root} has changes of others that are not committed: ${edited.join(', ')}`,
    expected: 'only files that difyctl wrote',
    next: `git -C ${root} diff shows them: commit or discard them`,
  };
}

/** Returns how the branch lacks commits of its upstream. Undefined if it lacks none. */
export function treeDivergence(tree: WorkingTree): TreeObstacle | undefined {
  if ('reason' in tree || (tree.upstream?.behind ?? 0) === 0) return undefined;
  const { root, branch = '', upstream } = tree;
  const { name = '', ahead = 0, behind = 0 } = upstream ?? {};
  const observed =
    ahead === 0
      ? `${branch} of ${root} is ${behind} behind ${name}`
      : `${branch} of ${root} and ${name} have diverged: ${ahead} ahead, ${behind} behind`;
  const next = `git -C ${root} pull --rebase`;
  return { observed, expected: `every commit of ${name}`, next };
}

/** How far the repository has the newest applied revision. */
type TreeState = 'nothing-applied' | 'missing' | 'other' | 'changed' | 'recorded';

/**
 * Compares the repository with the newest applied revision. `missing`: no commit of difyctl; `other`: the commit is of
 * another rendered set; `changed`: files changed after the commit.
 */
export function treeState({ recorded, differing }: WorkingTreeFacts, applied: AppliedSet | undefined): TreeState {
  if (applied === undefined) return 'nothing-applied';
  if (recorded === undefined) return 'missing';
  if (recorded.digest !== applied.digest) return 'other';
  return differing.length > 0 ? 'changed' : 'recorded';
}

/** `revision 3 is committed (1a2b3c4)`, and what differs. */
export function treeWords(tree: WorkingTreeFacts, applied: AppliedSet | undefined): string {
  const { recorded, differing } = tree;
  const last = recorded === undefined ? undefined : `revision ${recorded.revision} (${recorded.commit.slice(0, 7)})`;
  switch (treeState(tree, applied)) {
    case 'nothing-applied':
      return last === undefined
        ? 'no revision is installed or committed'
        : `no revision is installed; ${last} is committed`;
    case 'missing':
      return `revision ${applied?.revision} is not committed`;
    case 'other':
      return `revision ${applied?.revision} is not committed; the newest commit is of ${last}`;
    case 'changed':
      return `${last} is committed; changed since: ${differing.join(', ')}`;
    case 'recorded':
      return `${last} is committed`;
  }
}

/** `pushed to origin/main`, `2 commits are not pushed to origin/main` */
export function pushWords({ branch, upstream }: WorkingTreeFacts): string {
  if (upstream === undefined) return branch === undefined ? 'HEAD is detached' : `${branch} follows no other branch`;
  const { name, ahead, behind } = upstream;
  const lacking = behind === 0 ? [] : [`${behind} behind ${name}`];
  if (ahead === 0) return [`pushed to ${name}`, ...lacking].join(', ');
  return [
    ahead === 1 ? `1 commit is not pushed to ${name}` : `${ahead} commits are not pushed to ${name}`,
    ...lacking,
  ].join(', ');
}
