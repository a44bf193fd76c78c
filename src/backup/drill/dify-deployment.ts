import { COMPONENTS, type ComponentName } from '../../checklist/components.ts';
import { requiredSecrets } from '../../deployment/required-secrets.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { COMPOSE_ADDRESSES } from '../../render/compose/names.ts';
import { databaseLogin } from '../../render/dify-env/postgres.ts';
import { generateSecret } from '../../state/secrets/generate.ts';

/**
 * Components that a full drill does not start. Beat would start scheduled work; the others do not read the restored
 * data, or serve users and agents only.
 */
const OFF: readonly ComponentName[] = ['beat', 'apiWebsocket', 'web', 'proxy', 'agentBackend', 'localSandbox'];

/**
 * The deployment that a full drill starts: the version, the images and the variables of `deployment`, as one Compose
 * project of this name with data services of its own. It has no mail, no beat, and one container for each component.
 */
export function drilledDeployment(deployment: Deployment, name: string): Deployment {
  const { postgres, redis, components, recovery: _plan, load: _load, policy: _policy, ...rest } = deployment;
  const database = (which: 'main' | 'plugin') => databaseLogin(postgres, which, COMPOSE_ADDRESSES).database;
  const { pools: _pools, autoscaling: _scaling, ...worker } = components.worker ?? {};
  const own = { ...components, worker };
  return {
    ...rest,
    name,
    // No port is published, and no file is written.
    target: { type: 'compose', directory: '.', httpPort: 80, httpsPort: 443, bindAddress: '127.0.0.1' },
    postgres: { mode: 'bundled', databases: { main: database('main'), plugin: database('plugin') } },
    redis: { mode: 'bundled', databases: redis.databases },
    objectStorage: { provider: 'local' },
    vectorStore: { mode: 'bundled', provider: 'weaviate' },
    mail: { provider: 'none' },
    secrets: {},
    components: Object.fromEntries(
      COMPONENTS.map((one) => [
        one,
        { ...own[one], enabled: own[one]?.enabled !== false && !OFF.includes(one), replicas: 1 },
      ]),
    ),
    acceptedRisks: [],
    extraValues: {},
  };
}

/**
 * The secrets of a full drill. Dify's own keys are those of the deployment as far as they are known. Each store of the
 * drill has a new password.
 */
export function drilledSecrets(drilled: Deployment, known: SecretValues, secretKey: string): SecretValues {
  const missing = new Set(known.unresolved.map(({ path }) => path));
  const values = new Map(
    requiredSecrets(drilled).map(({ path, form }): [string, string] => {
      if (path === 'secrets.secretKey') return [path, secretKey];
      const isKnown = path.startsWith('secrets.') && known.has(path) && !missing.has(path);
      return [path, isKnown ? known.get(path) : generateSecret(form)];
    }),
  );
  return {
    unresolved: [],
    has: (path) => values.has(path),
    get: (path) => {
      const value = values.get(path);
      if (value === undefined) throw new Error(`a full drill has no secret ${path}`);
      return value;
    },
  };
}
