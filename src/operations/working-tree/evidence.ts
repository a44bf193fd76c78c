import { ExternalError } from '../../base/errors.ts';
import { CollectionError } from '../../evidence/evidence.ts';
import type { ComparedTree } from '../../recovery/working-tree.ts';
import { revisionFolder } from '../../state/revisions/folder.ts';
import type { DeploymentContext } from '../open-deployment.ts';
import { openTarget } from '../open-target.ts';
import { appliedSet, readWorkingTree } from './read.ts';

/** Reads the working tree and the newest applied revision of the installation. Throws CollectionError. */
export async function workingTreeEvidence(opened: DeploymentContext, signal: AbortSignal): Promise<ComparedTree> {
  const tree = await readWorkingTree(opened, signal);
  if (tree === undefined) throw new CollectionError('absent', 'a working tree in the file');
  return { tree, applied: appliedSet(await revisionsOf(opened, signal)) };
}

/** The revisions of the installation. If the target does not answer: their copies in `.difyctl/`. */
async function revisionsOf(opened: DeploymentContext, signal: AbortSignal) {
  try {
    const target = await openTarget(opened, () => new Date());
    return (await target.revisions.read(signal)).revisions;
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    return (await revisionFolder(opened.paths.revisions).read()).revisions;
  }
}
