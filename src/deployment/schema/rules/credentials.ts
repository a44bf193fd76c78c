import { describedStore, identityOf } from '../../../providers/object-storage/registry.ts';
import { blockOf, vectorStoreProvider } from '../../../providers/vector-store/registry.ts';
import { externalStore, isOfDify } from '../../external-secrets.ts';
import { requiredSecrets } from '../../required-secrets.ts';
import type { Deployment } from '../deployment.ts';
import { type Finding, problem, type Rule, rule } from './rule.ts';

/** Rules for logins: user and password belong together, and a reference must be possible for its target. */
export const CREDENTIAL_RULES: readonly Rule[] = [
  rule(['target'], ({ target }) => (target.type === 'kubernetes' ? chartLogin(target.chart) : [])),
  rule(['objectStorage'], ({ objectStorage }) => storageKeys(objectStorage)),
  rule(['vectorStore'], ({ vectorStore }) => vectorStoreProblems(vectorStore)),
  rule(['mail'], ({ mail }) => [
    mail.provider === 'smtp' &&
      mail.smtp.username !== undefined &&
      mail.smtp.password === undefined &&
      problem('mail.smtp.password', 'needed together with a username'),
    mail.provider === 'smtp' &&
      mail.smtp.password !== undefined &&
      mail.smtp.username === undefined &&
      problem('mail.smtp.username', 'needed together with a password'),
  ]),
  rule(['postgres'], ({ postgres }) =>
    Object.entries(postgres.databases).map(
      ([use, database]) =>
        typeof database === 'object' &&
        database.username !== undefined &&
        database.password === undefined &&
        problem(`postgres.databases.${use}.password`, 'needed together with a separate username'),
    ),
  ),
  rule(['target', 'secrets'], ({ target, secrets }) => storeProblems(secrets, target.type)),
  rule(['secrets', 'recovery'], ({ secrets, recovery }) => [
    secrets.provider === 'external-secrets' &&
      recovery?.backup?.interval !== undefined &&
      problem(
        'recovery.backup.interval',
        'not together with secrets.store: the pods of a schedule read every secret from the Secret of difyctl; run difyctl backup on a schedule of your own',
      ),
  ]),
  rule(['target', 'secrets', 'postgres', 'redis', 'objectStorage', 'vectorStore', 'mail'], (deployment) =>
    requiredSecrets(deployment as Deployment).flatMap((secret) => referenceFault(secret, deployment)),
  ),
];

type Chart = Extract<Deployment['target'], { type: 'kubernetes' }>['chart'];

function chartLogin(chart: Chart): readonly (Finding | false)[] {
  if ('path' in chart) return [];
  const { username, password } = chart;
  return [
    username !== undefined &&
      password === undefined &&
      problem('target.chart.password', 'needed together with a username'),
    password !== undefined &&
      username === undefined &&
      problem('target.chart.username', 'needed together with a password'),
  ];
}

type Storage = Deployment['objectStorage'];

function storageKeys(storage: Storage): readonly (Finding | false)[] {
  if (storage.provider === 'local') return [];
  const { provider, at } = describedStore(storage);
  const keys = (provider.identity?.replaces ?? []).map((field) => [field, at[field]] as const);
  return keysOrIdentity(`objectStorage.${provider.block}`, identityOf(storage), Object.fromEntries(keys));
}

/** Requires either the workload identity or all keys. */
function keysOrIdentity(
  path: string,
  identity: 'workload' | undefined,
  keys: Readonly<Record<string, unknown>>,
): readonly (Finding | false)[] {
  return Object.entries(keys).map(([key, value]) =>
    identity === undefined
      ? value === undefined && problem(`${path}.${key}`, 'needed, unless identity: workload grants access')
      : value !== undefined && problem(`${path}.${key}`, 'not together with identity: workload; keep one of the two'),
  );
}

/** Missing or superfluous fields in the provider's block. */
function vectorStoreProblems(store: Deployment['vectorStore']): readonly Finding[] {
  if (store.mode === 'bundled') return [];
  const problems = vectorStoreProvider(store.provider).problems?.(blockOf(store)) ?? [];
  return problems.map(({ field, message }) => problem(`vectorStore.${store.provider}.${field}`, message));
}

/** `store` belongs to `provider: external-secrets`, which is an operator of a cluster. */
function storeProblems(secrets: Deployment['secrets'], target: 'kubernetes' | 'compose'): readonly (Finding | false)[] {
  if (secrets.provider === 'external-secrets') {
    return [
      target === 'compose' &&
        problem('secrets.provider', 'external-secrets: External Secrets Operator runs in a cluster; Compose has none'),
      secrets.store === undefined &&
        problem('secrets.store', 'needed together with provider: external-secrets, such as { name: vault }'),
    ];
  }
  return (['store', 'remoteKey', 'refreshInterval', 'apiVersion'] as const).map(
    (field) =>
      secrets[field] !== undefined &&
      problem(`secrets.${field}`, 'only together with secrets.provider: external-secrets'),
  );
}

/**
 * `generated` is possible only for Dify's own keys and the passwords of bundled services; `kubernetes` only if Dify
 * runs in a cluster. With a store, every secret of Dify is `external`, because the Secret has one owner.
 */
function referenceFault(
  { path, ref }: ReturnType<typeof requiredSecrets>[number],
  {
    target,
    secrets,
    postgres,
    redis,
    vectorStore,
  }: Pick<Deployment, 'target' | 'secrets' | 'postgres' | 'redis' | 'vectorStore'>,
): readonly Finding[] {
  const isStored = externalStore({ secrets }) !== undefined && isOfDify(path);
  if ('external' in ref !== isStored) {
    if (isStored) return [problem(path, `with secrets.store, every secret of Dify comes from it: { external: {} }`)];
    return isOfDify(path)
      ? [problem(path, 'external: needs secrets.provider: external-secrets and secrets.store')]
      : [problem(path, 'external: difyctl reads this secret itself; use env or file')];
  }
  if ('kubernetes' in ref && target.type === 'compose') {
    return [problem(path, 'kubernetes: a Compose deployment has no cluster to read from; use env or file')];
  }
  if (!('generated' in ref) || path.startsWith('secrets.')) return [];
  const makes: Readonly<Record<string, boolean>> = {
    'postgres.password': postgres.mode === 'bundled',
    'redis.password': redis.mode === 'bundled',
    'vectorStore.apiKey': vectorStore.mode === 'bundled',
  };
  if (makes[path] === true) return [];
  return [problem(path, 'generated: difyctl cannot create a secret of another server; use env, file or kubernetes')];
}
