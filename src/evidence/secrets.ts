import { sha256 } from '../base/digest.ts';
import type { SecretRef } from '../base/secret-ref.ts';
import { publishedDefaultIn } from '../checklist/published-defaults.ts';
import { CollectionError, type Collector, evidenceKey } from './evidence.ts';
import { type SecretTrait, traitsOf } from './secret-traits.ts';

/** The `source` of a secret that is in a store of External Secrets. */
export const EXTERNAL = 'external';

/** What checks need to know of a secret; never its value, nor anything that could reveal it. */
export interface SecretFact {
  readonly path: string;
  /** `env DIFY_PG_PASSWORD`, `file ./redis-password`, `external`. */
  readonly source: string;
  /** Why it does not resolve; undefined if it does. */
  readonly unresolved: string | undefined;
  readonly length: number;
  /** Empty if it does not resolve. */
  readonly traits: readonly SecretTrait[];
  readonly isPublished: boolean;
  /** Other paths with the same value. */
  readonly sameAs: readonly string[];
}
export const SECRETS_FACTS = evidenceKey<readonly SecretFact[]>('secrets.facts', 2);

export const secretsFactsCollector: Collector<readonly SecretFact[]> = {
  key: SECRETS_FACTS,
  timeoutMs: 5_000,
  collect: async ({ deployment, secrets }) => {
    if (deployment === undefined || secrets === undefined) throw new CollectionError('absent', 'a deployment file');
    // Imported here because it walks the schema, which a run without a file does not load.
    const { requiredSecrets } = await import('../deployment/required-secrets.ts');
    const reasons = new Map(secrets.unresolved.map(({ path, reason }) => [path, reason]));
    const values = new Map(
      requiredSecrets(deployment)
        .filter(({ path }) => secrets.has(path) && !reasons.has(path))
        .map(({ path }) => [path, secrets.get(path)]),
    );
    const digests = new Map([...values].map(([path, value]) => [path, sha256(value)]));
    return requiredSecrets(deployment).map(({ path, ref }) => {
      const value = values.get(path) ?? '';
      const same = [...digests].filter(([other, digest]) => other !== path && digest === digests.get(path));
      return {
        path,
        source: sourceOf(ref),
        unresolved: values.has(path) ? undefined : (reasons.get(path) ?? 'it could not be resolved'),
        length: value.length,
        traits: values.has(path) ? traitsOf(value) : [],
        isPublished: publishedDefaultIn(value) !== undefined,
        sameAs: same.map(([other]) => other),
      };
    });
  },
};

function sourceOf(ref: SecretRef): string {
  if ('env' in ref) return `env ${ref.env}`;
  if ('file' in ref) return `file ${ref.file}`;
  if ('external' in ref) return EXTERNAL;
  if ('kubernetes' in ref) return `kubernetes ${ref.kubernetes.name}/${ref.kubernetes.key}`;
  return 'generated';
}
