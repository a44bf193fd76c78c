import { resolve } from 'node:path';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { ComposeTarget } from '../../deployment/schema/target.ts';
import { type CollectContext, CollectionError, type Need } from '../evidence.ts';
import { HOST_ENGINE } from './engine.ts';

/** A Compose deployment whose engine runs on this machine, so that the engine's files and settings can be read here. */
export interface LocalEngine {
  readonly deployment: Deployment;
  readonly target: ComposeTarget;
  /** Absolute path of the project's folder. */
  readonly directory: string;
}

/**
 * Returns the deployment and its folder. Throws CollectionError if the engine runs on another machine. `files`: only
 * the files matter, so an engine in a virtual machine of this machine (a desktop's), which mounts them from here, is
 * accepted too.
 */
export async function requireLocalEngine(
  { deployment, baseDirectory }: CollectContext,
  need: Need,
  what: 'machine' | 'files' = 'machine',
): Promise<LocalEngine> {
  if (deployment?.target.type !== 'compose') throw new CollectionError('absent', 'a deployment on Compose');
  const { location, name } = await need(HOST_ENGINE);
  if (location === 'remote' || (location === 'vm' && what === 'machine'))
    throw new CollectionError('absent', `the engine runs on ${name}, which cannot be inspected from this machine`);
  const { target } = deployment;
  return { deployment, target, directory: resolve(baseDirectory, target.directory) };
}
