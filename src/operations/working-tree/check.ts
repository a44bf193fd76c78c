import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { redactor } from '../../base/redact.ts';
import type { TreeObstacle, WorkingTree, WorkingTreeFacts } from '../../recovery/working-tree.ts';
import { treeDivergence, treeObstacle } from '../../recovery/working-tree.ts';
import type { RenderedFile } from '../../render/rendered.ts';
import type { InstallOptions } from '../options.ts';
import type { RenderedDeployment } from '../prepare.ts';
import { readWorkingTree } from './read.ts';

/** The working tree before an install, and the file that is installed. */
export interface CheckedTree {
  readonly tree: WorkingTree;
  /** Text of difyctl.yaml. Undefined if it was read from standard input. */
  readonly text: string | undefined;
}

type CheckOptions = Pick<InstallOptions, 'prepared' | 'dryRun' | 'signal' | 'onProgress' | 'commits'>;

/**
 * Reads the working tree before an install. Undefined if the file names none, or with `--no-commit`. In prod, throws
 * UserError if difyctl cannot commit, or if the branch lacks commits of its upstream; in test, both are warnings.
 */
export async function checkTree({
  prepared,
  dryRun,
  signal,
  onProgress,
  commits,
}: CheckOptions): Promise<CheckedTree | undefined> {
  const { tier } = prepared.deployment;
  const tree = commits ? await readWorkingTree(prepared, signal) : undefined;
  if (tree === undefined) return undefined;
  const text = prepared.file === undefined ? undefined : await readFile(prepared.file, 'utf8');
  const obstacle = commitObstacle(prepared, { tree, text }) ?? treeDivergence(tree);
  if (obstacle === undefined) return { tree, text };
  const { observed, expected, next } = obstacle;
  if (tier === 'prod' && !dryRun) {
    throw new UserError(`${observed}; expected ${expected}; nothing was changed`, {
      next: [next, 'or install without a commit: difyctl install --no-commit'],
    });
  }
  onProgress({ type: 'note', level: 'warn', text: `${observed}; expected ${expected}: ${next}` });
  return { tree, text };
}

/** Returns what prevents a commit: the state of the tree, or a secret in a file that would be committed. */
export function commitObstacle(prepared: RenderedDeployment, { tree, text }: CheckedTree): TreeObstacle | undefined {
  return treeObstacle(tree) ?? ('reason' in tree ? undefined : secretObstacle(prepared, tree, text));
}

/** The rendered files that hold no secret. */
export function committedFiles({ rendered }: RenderedDeployment): readonly RenderedFile[] {
  return rendered.value.files.filter(({ mode }) => mode !== 0o600);
}

function secretObstacle(
  prepared: RenderedDeployment,
  { folder, file = 'difyctl.yaml' }: WorkingTreeFacts,
  text: string | undefined,
): TreeObstacle | undefined {
  const files = committedFiles(prepared).map(({ path, content }) => ({ path: join(folder, path), content }));
  const all = text === undefined ? files : [...files, { path: file, content: text }];
  for (const { path } of prepared.required) {
    if (!prepared.secrets.has(path)) continue;
    const redact = redactor([prepared.secrets.get(path)]);
    const holder = all.find(({ content }) => redact(content) !== content);
    if (holder === undefined) continue;
    return {
      observed: `${holder.path} contains the value of ${path}`,
      expected: 'no secret in a file that is committed',
      next: `remove it from the file, or choose another value for ${path}`,
    };
  }
  return undefined;
}
