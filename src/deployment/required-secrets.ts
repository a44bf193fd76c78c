import { isObject } from '../base/json.ts';
import type { SecretPath, SecretRef } from '../base/secret-ref.ts';
import { OWN_KEYS } from './own-keys.ts';
import { formatPath, type Path } from './paths.ts';
import type { Deployment } from './schema/deployment.ts';
import { shapesAt } from './schema/shape.ts';
import type { RequiredSecret, SecretForm } from './secrets.ts';

const GENERATED: SecretRef = { generated: true };

/** The agent server takes unpadded base64url of exactly 32 bytes and refuses to start on anything else (Dify 1.16, DIFY_AGENT_SERVER_SECRET_KEY). */
const FORMS: Readonly<Record<SecretPath, SecretForm>> = { 'secrets.agentServerSecretKey': 'base64url-32' };

/**
 * SECRET_KEY encrypts credentials in Dify's tables; the bundled PostgreSQL keeps the password its volume was first started with.
 * Every other generated secret may be replaced as long as both sides get the new one.
 */
const PROTECTS_DATA: readonly SecretPath[] = ['secrets.secretKey', 'postgres.password'];

/** Every secret that the deployment needs, in the order of the file: Dify's own keys and bundled services' passwords are generated where the file is silent. */
export function requiredSecrets(deployment: Deployment): readonly RequiredSecret[] {
  const written = new Map(referencesIn(deployment, []));
  const silent = generatedByDefault(deployment).filter((path) => !written.has(path));
  const all = [...written, ...silent.map((path) => [path, GENERATED] as const)];
  return all
    .map(([path, ref]) => ({ path, ref, form: FORMS[path] ?? 'token', protectsData: protectsData(path, ref) }))
    .toSorted((a, b) => order(a.path) - order(b.path) || (a.path < b.path ? -1 : 1));
}

/** What difyctl makes where the file says nothing. */
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

/** References wherever the schema allows one, found by the schema and not by their look. */
function referencesIn(value: unknown, path: Path): readonly (readonly [SecretPath, SecretRef])[] {
  if (!isObject(value)) return [];
  if (path.length > 0 && shapesAt(path).some(({ kind }) => kind === 'secret')) {
    return [[formatPath(path), value as SecretRef]];
  }
  return Object.entries(value).flatMap(([key, below]) => referencesIn(below, [...path, key]));
}

const SECTIONS = ['target', 'secrets', 'postgres', 'redis', 'objectStorage', 'vectorStore', 'mail'];

function order(path: SecretPath): number {
  return SECTIONS.indexOf(path.split('.')[0] ?? '');
}
