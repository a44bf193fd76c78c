import type { RequiredSecret, SecretPath, SecretValues } from '../deployment/secrets.ts';
import type { Rendered } from '../render/rendered.ts';

/**
 * Which variable of the rendered Secret or `.env` holds which generated secret as it is, found by rendering with a mark in place of each. So the
 * renderers stay the only owners of variable names, and a secret is found again in a living installation.
 */
export function secretKeys(
  required: readonly RequiredSecret[],
  render: (secrets: SecretValues) => Rendered,
): Readonly<Record<SecretPath, string>> {
  const marks = new Map(required.map(({ path }, index) => [path, mark(path, index)]));
  const rendered = render({
    has: (path) => marks.has(path),
    get: (path) => marks.get(path) ?? '',
    unresolved: [],
  });
  const data = rendered.target === 'kubernetes' ? rendered.secret.data : rendered.env;
  const holders = new Map(Object.entries(data).map(([key, value]) => [value, key]));
  const generated = required.filter(({ ref }) => 'generated' in ref);
  return Object.fromEntries(
    generated.flatMap(({ path }) => {
      const key = holders.get(marks.get(path) ?? '');
      return key === undefined ? [] : [[path, key]];
    }),
  );
}

/** 43 characters that decode to 32 bytes, as a real generated secret does; a URL where one is needed. */
function mark(path: SecretPath, index: number): string {
  if (path.endsWith('Url')) return `redis://mark-${index}.invalid:6379/0`;
  return Buffer.alloc(32, `mark ${index} of ${path} `).toString('base64url');
}
