import { isObject } from '../base/json.ts';
import type { SecretPath, SecretRef } from '../base/secret-ref.ts';
import { externalStore } from './external-secrets.ts';
import { OWN_KEYS } from './own-keys.ts';
import { formatPath, type Path } from './paths.ts';
import type { Deployment } from './schema/deployment.ts';
import { shapesAt } from './schema/shape.ts';
import type { RequiredSecret, SecretForm } from './secrets.ts';

const GENERATED: SecretRef = { generated: true };
const EXTERNAL: SecretRef = { external: {} };

/**
 * The agent server accepts only unpadded base64url of exactly 32 bytes, and does not start with anything else (Dify
 * 1.16, DIFY_AGENT_SERVER_SECRET_KEY).
 */
const FORMS: Readonly<Record<SecretPath, SecretForm>> = { 'secrets.agentServerSecretKey': 'base64url-32' };

/**
 * Generated secrets that protect stored data. SECRET_KEY encrypts credentials in Dify's tables; the bundled PostgreSQL
 * keeps the password of its first start on its volume. Every other generated secret may be replaced, if both sides get
 * the new one.
 */
const PROTECTS_DATA: readonly SecretPath[] = ['secrets.secretKey', 'postgres.password'];

/**
 * Returns every secret that the deployment needs, in the order of the file. If the file does not set Dify's own keys
 * and the passwords of bundled services, they are generated, or read from the store of `secrets.store`.
 */
export function requiredSecrets(deployment: Deployment): readonly RequiredSecret[] {
  const written = new Map(referencesIn(deployment, []));
  const silent = generatedByDefault(deployment).filter((path) => !written.has(path));
  const ref = externalStore(deployment) === undefined ? GENERATED : EXTERNAL;
  const all = [...written, ...silent.map((path) => [path, ref] as const)];
  return all
    .map(([path, own]) => ({ path, ref: own, form: FORMS[path] ?? 'token', protectsData: protectsData(path, own) }))
    .toSorted((a, b) => order(a.path) - order(b.path) || (a.path < b.path ? -1 : 1));
}

/** The paths of the secrets that difyctl generates if the file does not set them. */
function generatedByDefault(deployment: Deployment): readonly SecretPath[] {
  return [
    ...OWN_KEYS.map((key) => `secrets.${key}`),
    ...(deployment.postgres.mode === 'bundled' ? ['postgres.password'] : []),
    ...(deployment.redis.mode === 'bundled' ? ['redis.password'] : []),
    ...(deployment.vectorStore.mode === 'bundled' ? ['vectorStore.apiKey'] : []),
  ];
}

function protectsData(path: SecretPath, ref: SecretRef): boolean {
  return 'generated' in ref && PROTECTS_DATA.includes(path);
}

/** The secret references of the file, at the paths where the schema has a secret. Their form alone does not decide. */
function referencesIn(value: unknown, path: Path): readonly (readonly [SecretPath, SecretRef])[] {
  if (!isObject(value)) return [];
  if (path.length > 0 && shapesAt(path).some(({ kind }) => kind === 'secret')) {
    return [[formatPath(path), value as SecretRef]];
  }
  return Object.entries(value).flatMap(([key, below]) => referencesIn(below, [...path, key]));
}

const SECTIONS = ['target', 'secrets', 'postgres', 'redis', 'objectStorage', 'vectorStore', 'mail', 'recovery'];

function order(path: SecretPath): number {
  return SECTIONS.indexOf(path.split('.')[0] ?? '');
}
