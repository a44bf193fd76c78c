import { UserError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json.ts';
import type { ComponentName } from '../../checklist/components.ts';
import type { ChartBlock } from '../../providers/chart-block.ts';
import type { EnvEntry } from '../../providers/env-entry.ts';
import type { ChartProfile } from '../../versions/chart-profile.ts';
import { secretKeyOf } from './secret.ts';

/** The inputs of a component's environment besides its table. */
interface ChartEnvironment {
  readonly gives: ChartBlock['gives'];
  readonly profile: ChartProfile;
  readonly secretName: string;
}

/**
 * `extraEnv` (and `logLevel`) of one component: the variables of the environment table that the chart does not set by
 * itself, sorted by name. Secrets are references to the Secret. The chart writes `profile.fixed` into the container's
 * own `env`, before `extraEnv`. A second entry of the same name would make a server-side apply fail, which treats `env`
 * as a map by name. Throws UserError if the file sets such a variable to another value.
 */
export function environmentValues(
  component: ComponentName,
  entries: readonly EnvEntry[],
  { gives, profile, secretName }: ChartEnvironment,
): JsonObject {
  const fixed = profile.fixed[component] ?? {};
  const levels = profile.logLevel.includes(component)
    ? entries.flatMap(({ name, value }) => (name === 'LOG_LEVEL' && 'literal' in value ? [value.literal] : []))
    : [];
  const others = entries.filter(({ name }) => !(name === 'LOG_LEVEL' && levels.length > 0));
  for (const { name, value } of others) {
    const own = fixed[name];
    if (own !== undefined && !('literal' in value && value.literal === own)) throw refused(component, name, own);
  }
  const given = { ...gives[component], ...fixed };
  const extraEnv = others
    .filter(({ name, value }) => !('literal' in value && given[name] === value.literal))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) => environmentItem(entry, secretName));
  return { ...(levels[0] === undefined ? {} : { logLevel: levels[0] }), extraEnv };
}

/** An entry of a container's `env`. `$(` is escaped so that Kubernetes does not expand it. */
export function environmentItem(entry: EnvEntry, secretName: string): JsonObject {
  const key = secretKeyOf(entry);
  if (key !== undefined) return { name: entry.name, valueFrom: { secretKeyRef: { name: secretName, key } } };
  const value = 'literal' in entry.value ? entry.value.literal : '';
  return { name: entry.name, value: value.replaceAll('$(', '$$$$(') };
}

function refused(component: ComponentName, name: string, value: string): UserError {
  const path = `components.${component}.extraEnv.${name}`;
  return new UserError(`${path} cannot be set: the chart sets it to ${value} in the container`, {
    problems: [{ path, message: `the chart sets it to ${value}` }],
    next: [`remove ${path}`],
  });
}
