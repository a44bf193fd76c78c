import { UserError } from '../../base/errors.ts';
import { COMPONENTS, type ComponentName } from '../../checklist/components.ts';
import type { PlannedComponent } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type EnvValue, isSecret } from '../../providers/env-entry.ts';
import type { ServiceAddresses } from '../dify-env/addresses.ts';
import { difyEnvironment } from '../dify-env/environment.ts';

type Planned = Readonly<Record<ComponentName, PlannedComponent>>;

/** nginx resolves these upstreams at start and does not start if one is missing. The worker waits for the API. */
const BEHIND_PROXY: readonly ComponentName[] = ['api', 'web', 'pluginDaemon'];

/**
 * Throws UserError if a disabled component is still needed: nginx would not start, or the Ingress would have no
 * backend.
 */
export function refuseDangling({ target }: Deployment, planned: Planned): void {
  const needed: readonly ComponentName[] = planned.proxy.enabled
    ? BEHIND_PROXY
    : entryOf(target) !== undefined
      ? ['proxy']
      : [];
  const problems = needed
    .filter((name) => !planned[name].enabled)
    .map((name) => ({
      path: `components.${name}.enabled`,
      message: name === 'proxy' ? `${entryOf(target)} routes to it` : 'the chart’s nginx needs it to start',
    }));
  if (problems.length === 0) return;
  throw new UserError(problems.map(({ path, message }) => `${path} cannot be false: ${message}`).join('; '), {
    problems,
  });
}

/** The field of the way in that leads to nginx; undefined if there is none. */
function entryOf(target: Deployment['target']): string | undefined {
  if (target.type !== 'kubernetes') return undefined;
  const fields = ['ingress', 'httpRoute', 'loadBalancer'] as const;
  const field = fields.find((name) => target[name] !== undefined);
  return field && `target.${field}`;
}

/**
 * Throws UserError if `extraEnv` of the file sets a variable that holds a secret: the file and values.yaml would have
 * it as plain text. The error names the field that the secret belongs to.
 */
export function refuseSecretVariables(deployment: Deployment, planned: Planned, addresses: ServiceAddresses): void {
  const table = difyEnvironment({ ...deployment, components: {} }, addresses);
  const problems = COMPONENTS.flatMap((component) =>
    table[component]
      .filter(({ name, value }) => isSecret(value) && planned[component].extraEnv[name] !== undefined)
      .map(({ name, value }) => ({
        path: `components.${component}.extraEnv.${name}`,
        message: `this variable is a secret; difyctl creates it from ${secretPaths(value).join(', ') || 'the file'}`,
      })),
  );
  if (problems.length === 0) return;
  throw new UserError(problems.map(({ path, message }) => `${path}: ${message}`).join('; '), { problems });
}

function secretPaths(value: EnvValue): readonly string[] {
  if ('secret' in value) return [value.secret];
  return 'of' in value ? value.of : [];
}
