import { createHmac } from 'node:crypto';
import type { SecretPath } from '../../base/secret-ref.ts';
import { isOfDify } from '../../deployment/external-secrets.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { type EnvEntry, formsOf, type SecretForms } from '../../providers/env-entry.ts';
import type { RenderModel } from '../model.ts';
import { scheduledSecrets } from './backup-files.ts';

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
 * The one Secret of a deployment. Any change of the contents changes the name, which rolls every consumer. `files` are
 * the CA files and squid's rules by file name.
 */
export function secretContent(
  model: RenderModel,
  secrets: SecretValues,
  files: Readonly<Record<string, string>>,
): SecretContent {
  const texts = secretTexts(
    model,
    formsOf((path) => secrets.get(path)),
  );
  const data = sorted({ ...texts, ...files });
  return { name: secretName(model.deployment.name, data), data };
}

/**
 * The texts of the Secret by key, without the files. Each secret is stored under its path in the file (so that it can
 * be read back from an existing installation), and each composed text under the name of its variable.
 */
export function secretTexts(model: RenderModel, forms: SecretForms): Readonly<Record<string, string>> {
  const { deployment, environment, requiredSecrets } = model;
  const used = [
    ...Object.values(environment).flatMap((entries) => entries.flatMap(pathsOf)),
    ...scheduledSecrets(model),
  ];
  const plain = requiredSecrets
    .filter(({ path, ref }) => used.includes(path) || 'generated' in ref || ('external' in ref && isOfDify(path)))
    .map(({ path }) => [path, forms.plain(path)] as const);
  const composed = Object.values(environment).flatMap((entries) =>
    entries.flatMap(({ name, value }) => ('composed' in value ? [[name, value.composed(forms)] as const] : [])),
  );
  const weaviate =
    deployment.vectorStore.mode === 'bundled' ? [[WEAVIATE_KEYS, forms.plain('vectorStore.apiKey')]] : [];
  return Object.fromEntries([...plain, ...composed, ...weaviate]);
}

/** The name of a Secret with these contents. A Secret with another name was not made by difyctl. */
export function secretName(deployment: string, data: Readonly<Record<string, string>>): string {
  const digest = createHmac('sha256', data[SECRET_KEY] ?? '')
    .update(JSON.stringify(sorted(data)))
    .digest('hex');
  return secretNameOf(deployment, digest);
}

/** The name of a Secret whose contents have this digest, in hex. */
export function secretNameOf(deployment: string, digest: string): string {
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

export function sorted(data: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
}
