import { type ComparedTree, pushWords, treeObstacle, treeWords } from '../../recovery/working-tree.ts';

/** What `status` shows of the Git working tree: the tree, or why it could not be read. */
export type ShownTree = ComparedTree | { readonly reason: string };

/** `revision 3 (1a2b3c4) is committed; pushed to origin/main`, or what prevents a commit. */
export function treeLine(shown: ShownTree): string {
  if (!('tree' in shown)) return `unknown: ${shown.reason}`;
  const { tree, applied } = shown;
  const obstacle = treeObstacle(tree)?.observed;
  if ('reason' in tree) return obstacle ?? '';
  return [treeWords(tree, applied), pushWords(tree), ...(obstacle === undefined ? [] : [obstacle])].join('; ');
}
