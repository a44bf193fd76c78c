import type { SecretPath } from '../../src/base/secret-ref.ts';
import { requiredSecrets } from '../../src/deployment/required-secrets.ts';
import type { Deployment } from '../../src/deployment/schema/deployment.ts';
import type { SecretValues } from '../../src/deployment/secrets.ts';

/**
 * A value for every secret that the deployment requires. Operator's secrets contain the characters that break unquoted
 * URLs, shells, YAML and env files (`postgres.password` → `pw@:/?#%&=+ "'$\{}!postgres-password`). Generated ones have
 * the format that difyctl generates. Each contains its path, so that a test can say which secret it found in which
 * place.
 */
export function fakeSecrets(deployment: Deployment): SecretValues {
  const values = new Map(
    requiredSecrets(deployment).map(({ path, ref, form }) => [
      path,
      fakeValue(path, 'generated' in ref, form === 'token'),
    ]),
  );
  return {
    get: (path) => {
      const value = values.get(path);
      if (value === undefined) throw new Error(`this deployment requires no secret at ${path}`);
      return value;
    },
    has: (path) => values.has(path),
    unresolved: [],
  };
}

/** All values of `fakeSecrets`, to search for in output that must not contain secrets. */
export function fakeSecretValues(deployment: Deployment): readonly string[] {
  const secrets = fakeSecrets(deployment);
  return requiredSecrets(deployment).map(({ path }) => secrets.get(path));
}

/** Characters that cause errors if a secret is not quoted, encoded or escaped. */
const HOSTILE = `pw@:/?#%&=+ "'$\\{}!`;

function fakeValue(path: SecretPath, generated: boolean, isToken: boolean): string {
  const name = path.replace(/[^A-Za-z0-9]/g, '-');
  if (path === 'redis.agentUrl') return 'redis://:agent%40pass@redis-agent.example.internal:6379/2';
  if (path === 'objectStorage.gcs.serviceAccountJson') {
    return JSON.stringify({
      type: 'service_account',
      project_id: 'fake',
      private_key: `-----BEGIN-----\n${name}\n-----END-----\n`,
    });
  }
  if (path === 'objectStorage.azureBlob.accountKey') return Buffer.from(`fake-${name}`).toString('base64');
  if (!generated) return `${HOSTILE}${name}`;
  return isToken
    ? `fake_${name}`.padEnd(43, '_').slice(0, 43)
    : Buffer.from(name.padEnd(32, '.').slice(0, 32)).toString('base64url');
}
