import { join } from 'node:path';
import { STATE_FOLDER } from '../base/state-folder.ts';

/** Paths of difyctl's state of a deployment, beside its file. */
export interface StatePaths {
  /** `.difyctl`, with the `.gitignore` that keeps all of it out of repositories. */
  readonly root: string;
  /** `.difyctl/<name>` */
  readonly deployment: string;
  /** Cache of generated secrets. The existing installation is the authority. */
  readonly secrets: string;
  /** Records which cluster or engine this name belongs to. */
  readonly targetIdentity: string;
  readonly revisions: string;
  /** Records of rehearsals. */
  readonly rehearsals: string;
}

/** Returns the paths. `baseDirectory` is the folder of difyctl.yaml, `name` the deployment's. */
export function statePaths(baseDirectory: string, name: string): StatePaths {
  const root = join(baseDirectory, STATE_FOLDER);
  const deployment = join(root, name);
  return {
    root,
    deployment,
    secrets: join(deployment, 'secrets.yaml'),
    targetIdentity: join(deployment, 'place.yaml'),
    revisions: join(deployment, 'revisions'),
    rehearsals: join(deployment, 'rehearsals'),
  };
}
