import { createHmac } from 'node:crypto';
import type { SecretPath } from '../../base/secret-ref.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import type { EnvEntry } from '../../providers/env-entry.ts';
import type { RenderModel } from '../model.ts';

/** Digits of the digest in the Secret's name: 40 bits, enough to tell the revisions of one deployment apart. */
const DIGEST_LENGTH = 10;
const SECRET_KEY: SecretPath = 'secrets.secretKey';

/** The bundled Weaviate's keys: its subchart reads a variable from a Secret key of the same name. */
export const WEAVIATE_KEYS = 'DIFYCTL_WEAVIATE_KEYS';

export interface SecretContent {
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}

/**
 * The one Secret: every secret as it is, under its path in the file (so that a living installation can be read back), and
 * every composed text under the name of its variable. `files` are the CA files and squid's rules by their name in the pod: no secrets, but so
 * they share the Secret's life. Any change of the contents is another name, which rolls every consumer.
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

/** The name that a Secret of these contents has: one that bears another was made by somebody else. */
export function secretName(deployment: string, data: Readonly<Record<string, string>>): string {
  const digest = createHmac('sha256', data[SECRET_KEY] ?? '')
    .update(JSON.stringify(sorted(data)))
    .digest('hex');
  return `${deployment}-difyctl-${digest.slice(0, DIGEST_LENGTH)}`;
}

/** Under which key of the Secret a variable's value stands; undefined where it is no secret. */
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
