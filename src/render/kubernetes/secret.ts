import { createHmac } from 'node:crypto';
import type { SecretPath } from '../../base/secret-ref.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import type { EnvEntry } from '../../providers/env-entry.ts';
import type { RenderModel } from '../model.ts';

/** Hex digits of the digest in the Secret's name: 40 bits, enough to distinguish the revisions of one deployment. */
const DIGEST_LENGTH = 10;
const SECRET_KEY: SecretPath = 'secrets.secretKey';

/** Key of the bundled Weaviate's API keys. Its subchart reads a variable from a Secret key of the same name. */
export const WEAVIATE_KEYS = 'DIFYCTL_WEAVIATE_KEYS';

export interface SecretContent {
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}

/**
 * The one Secret of a deployment. Each secret is stored under its path in the file (so that it can be read back from an
 * existing installation), and each composed text under the name of its variable. `files` are the CA files and squid's
 * rules by file name: they are not secret, but in the Secret they are replaced together with it. Any change of the
 * contents changes the name, which rolls every consumer.
 */
export function secretContent(
  { deployment, environment, requiredSecrets }: RenderModel,
  secrets: SecretValues,
  files: Readonly<Record<string, string>>,
): SecretContent {
  const get = (path: SecretPath) => secrets.get(path);
  const used = Object.values(environment).flatMap((entries) => entries.flatMap(pathsOf));
  const plain = requiredSecrets
    .filter(({ path, ref }) => used.includes(path) || 'generated' in ref)
    .map(({ path }) => [path, get(path)] as const);
  const composed = Object.values(environment).flatMap((entries) =>
    entries.flatMap(({ name, value }) => ('composed' in value ? [[name, value.composed(get)] as const] : [])),
  );
  const weaviate = deployment.vectorStore.mode === 'bundled' ? [[WEAVIATE_KEYS, get('vectorStore.apiKey')]] : [];
  const data = sorted(Object.fromEntries([...plain, ...composed, ...weaviate, ...Object.entries(files)]));
  return { name: secretName(deployment.name, data), data };
}

/** The name of a Secret with these contents. A Secret with another name was not made by difyctl. */
export function secretName(deployment: string, data: Readonly<Record<string, string>>): string {
  const digest = createHmac('sha256', data[SECRET_KEY] ?? '')
    .update(JSON.stringify(sorted(data)))
    .digest('hex');
  return `${deployment}-difyctl-${digest.slice(0, DIGEST_LENGTH)}`;
}

/** The key of the Secret that holds a variable's value. Undefined if the value is not secret. */
export function secretKeyOf({ name, value }: EnvEntry): string | undefined {
  if ('literal' in value) return undefined;
  return 'secret' in value ? value.secret : name;
}

function pathsOf({ value }: EnvEntry): readonly SecretPath[] {
  return 'secret' in value ? [value.secret] : [];
}

function sorted(data: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
}
