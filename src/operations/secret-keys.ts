import type { SecretPath } from '../base/secret-ref.ts';
import type { RequiredSecret } from '../deployment/secrets.ts';
import { secretVariable } from '../render/compose/variables.ts';

/**
 * Under which key of the Secret (Kubernetes: its path in the file), or variable of `.env` (Compose), each generated secret stands as it is: so it is
 * found again in a living installation.
 */
export function secretKeys(
  required: readonly RequiredSecret[],
  target: 'kubernetes' | 'compose',
): Readonly<Record<SecretPath, string>> {
  const generated = required.filter(({ ref }) => 'generated' in ref);
  return Object.fromEntries(generated.map(({ path }) => [path, target === 'kubernetes' ? path : secretVariable(path)]));
}
