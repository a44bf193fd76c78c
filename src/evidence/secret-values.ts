import type { SecretPath } from '../base/secret-ref.ts';
import type { SecretValues } from '../deployment/secrets.ts';

/**
 * Value of a secret for a probe. Undefined if the deployment does not require it, or its reference does not resolve.
 */
export function resolvedSecret(secrets: SecretValues | undefined, path: SecretPath): string | undefined {
  if (secrets?.has(path) !== true || secrets.unresolved.some((one) => one.path === path)) return undefined;
  return secrets.get(path);
}
