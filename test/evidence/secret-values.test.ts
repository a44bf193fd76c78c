import { expect, test } from 'vitest';
import type { SecretValues } from '../../src/deployment/secrets.ts';
import { resolvedSecret } from '../../src/evidence/secret-values.ts';

const UNRESOLVED = { path: 'redis.password', ref: { env: 'REDIS' }, reason: 'REDIS is not set' };
const VALUES: Readonly<Record<string, string>> = { 'postgres.password': 'a-value', 'redis.password': 'a-placeholder' };
const SECRETS: SecretValues = {
  get: (path) => VALUES[path] ?? '',
  has: (path) => path in VALUES,
  unresolved: [UNRESOLVED],
};

test.each<[string, SecretValues | undefined, string, string | undefined]>([
  ['a resolved one', SECRETS, 'postgres.password', 'a-value'],
  ['one whose reference does not resolve', SECRETS, 'redis.password', undefined],
  ['one that the deployment does not require', SECRETS, 'mail.smtp.password', undefined],
  ['one without secrets', undefined, 'postgres.password', undefined],
])('the value of a secret for a probe: %s', (_, secrets, path, expected) => {
  expect(resolvedSecret(secrets, path)).toBe(expected);
});
