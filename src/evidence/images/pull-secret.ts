import { CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import { readPullSecret } from './logins.ts';

/** What checks need to know of the pull secret; never a login. */
export interface PullSecretFact {
  readonly name: string;
  readonly exists: boolean;
  /** `kubernetes.io/dockerconfigjson` */
  readonly type: string;
  /** Registries that it has a login for, sorted. */
  readonly registries: readonly string[];
}
export const IMAGES_PULL_SECRET = evidenceKey<PullSecretFact>('images.pull-secret', 1);

export const pullSecretCollector: Collector<PullSecretFact> = {
  key: IMAGES_PULL_SECRET,
  timeoutMs: 15_000,
  collect: async (context) => {
    const { deployment } = context;
    const name = deployment?.images?.pullSecret;
    if (deployment?.target.type !== 'kubernetes' || name === undefined)
      throw new CollectionError('absent', 'a pull secret in the file');
    const found = await readPullSecret(context, deployment.target.namespace, name);
    return {
      name,
      exists: found !== undefined,
      type: found?.type ?? '',
      registries: [...(found?.logins.keys() ?? [])].sort(),
    };
  },
};
