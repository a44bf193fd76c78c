/** The branch of a working tree. */
export interface TreeBranch {
  /** Undefined if HEAD is detached. */
  readonly branch: string | undefined;
  /**
   * The branch that this one follows, and how many commits differ, as the last fetch saw it. Undefined if the branch
   * follows none, or one that does not exist.
   */
  readonly upstream: { readonly name: string; readonly ahead: number; readonly behind: number } | undefined;
}

/** A commit that difyctl made for a revision. */
export interface RecordedCommit {
  /** The id: 40 or 64 hexadecimal digits. */
  readonly commit: string;
  /** ISO 8601. */
  readonly at: string;
  readonly revision: number;
  /** The digest of the rendered set, as `difyctl render` prints it. */
  readonly digest: string;
}

/** Reads the branch from `git status --porcelain=v2 --branch -z` (git-scm.com, git-status, Branch Headers). */
export function treeBranch(status: string): TreeBranch {
  const header = (name: string): string | undefined => {
    const start = `# branch.${name} `;
    return status
      .split('\0')
      .find((entry) => entry.startsWith(start))
      ?.slice(start.length);
  };
  const branch = header('head');
  const name = header('upstream');
  const [, ahead, behind] = /^\+(\d+) -(\d+)$/.exec(header('ab') ?? '') ?? [];
  return {
    branch: branch === '(detached)' ? undefined : branch,
    upstream:
      name === undefined || ahead === undefined ? undefined : { name, ahead: Number(ahead), behind: Number(behind) },
  };
}

/** The number of fields before the path of an entry (git-scm.com, git-status, Changed Tracked Entries). */
const FIELDS: Readonly<Record<string, number>> = { '1': 8, u: 10, '?': 1 };

/** Reads the changed paths from `git status --porcelain=v2 -z --no-renames`. */
export function changedPaths(status: string): readonly string[] {
  return status.split('\0').flatMap((entry) => {
    const fields = FIELDS[entry.charAt(0)];
    const path = fields === undefined ? undefined : entry.split(' ').slice(fields).join(' ');
    return path === undefined || path === '' ? [] : [path];
  });
}

/** Reads a commit from `git log --format=%H%n%cI%n%B`. Undefined if the message does not name a revision. */
export function recordedCommit(log: string): RecordedCommit | undefined {
  const [commit = '', at = '', ...message] = log.split('\n');
  const trailer = (name: string): string | undefined => {
    const start = `Difyctl-${name}: `;
    return message.findLast((line) => line.startsWith(start))?.slice(start.length);
  };
  const [revision, digest] = [trailer('Revision'), trailer('Digest')];
  const isRevision = /^[1-9]\d{0,8}$/.test(revision ?? '') && /^sha256:[0-9a-f]{64}$/.test(digest ?? '');
  return isRevision && digest !== undefined
    ? { commit, at, revision: Number(revision), digest: digest.slice('sha256:'.length) }
    : undefined;
}
