import { randomBytes } from 'node:crypto';
import type { SecretPath } from '../../base/secret-ref.ts';
import type { SecretForm } from '../../deployment/secrets.ts';

/**
 * 32 bytes are 256 bits. base64url keeps them within [A-Za-z0-9_-], which needs no quotes in a URL, YAML or .env file.
 */
const BYTES = 32;

/**
 * Returns a new secret of 43 URL-safe characters. Both forms are unpadded base64url of 32 bytes: the agent server key
 * must be exactly that (Dify's agent backend decodes it), and a token may be.
 */
export function generateSecret(_form: SecretForm): string {
  return randomBytes(BYTES).toString('base64url');
}

/**
 * Returns the placeholder of a secret that could not be resolved: of the same alphabet, recognisable, and never
 * applied.
 */
export function placeholder(path: SecretPath, form: SecretForm): string {
  if (path.endsWith('Url')) return 'redis://unresolved.invalid:6379/0';
  const readable = `unresolved-${path.replace(/[^A-Za-z0-9]/g, '-')}`;
  return form === 'base64url-32' ? Buffer.alloc(BYTES, readable).toString('base64url') : readable;
}
