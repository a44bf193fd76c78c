import type { SecretPath } from '../base/secret-ref.ts';
import type { RequiredSecret } from '../deployment/secrets.ts';
import { secretVariable } from '../render/compose/variables.ts';

/**
 * Maps each generated secret to the key of the Secret (Kubernetes: its path in the file) or the `.env` variable
 * (Compose) that holds it, so that it can be read back from an existing installation.
 */
export function secretKeys(
  required: readonly RequiredSecret[],
  target: 'kubernetes' | 'compose',
): Readonly<Record<SecretPath, string>> {
  const generated = required.filter(({ ref }) => 'generated' in ref);
  return Object.fromEntries(generated.map(({ path }) => [path, target === 'kubernetes' ? path : secretVariable(path)]));
}
