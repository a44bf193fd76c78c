import type { ResolvedSecrets } from '../state/secrets/resolve.ts';

/** Returns SECRET_KEY. Undefined if it was not found, also if it would be generated: a new one fits no stored data. */
export function dataKey({ get, has, made, unresolved }: ResolvedSecrets): string | undefined {
  const path = 'secrets.secretKey';
  const isMissing = made.includes(path) || unresolved.some((one) => one.path === path);
  return has(path) && !isMissing ? get(path) : undefined;
}
