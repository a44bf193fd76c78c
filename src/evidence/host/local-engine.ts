import { resolve } from 'node:path';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { ComposeTarget } from '../../deployment/schema/target.ts';
import { type CollectContext, CollectionError, type Need } from '../evidence.ts';
import { HOST_ENGINE } from './engine.ts';

/** A Compose deployment whose engine runs on this very machine, so that its files and settings are those seen from here. */
export interface LocalEngine {
  readonly deployment: Deployment;
  readonly target: ComposeTarget;
  /** Absolute: the project's own folder. */
  readonly directory: string;
}

/**
 * Throws EvidenceMissing where the engine's machine is another one: what is not seen is never guessed. `files`: the files alone matter, which an engine
 * beside this machine (a desktop's) mounts from here.
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
