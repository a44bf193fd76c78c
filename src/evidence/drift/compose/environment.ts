import { isObject } from '../../../base/json.ts';
import { at } from '../../../base/json-path.ts';
import type { Drift } from '../drift.ts';
import { shownValues } from '../shown.ts';
import type { LiveContainer } from './containers.ts';
import { filled } from './filled.ts';
import type { RecordedProject } from './project.ts';

/**
 * Variables that Compose adds to every container if the user's docker configuration (`config.json`, `proxies`) has
 * them.
 */
const PROXY = /^(https?|ftp|no|all)_proxy$/i;
const REFERENCE = /^\$\{(\w+)\?[^}]*\}$/;

/** Variables of a container that differ from the recorded project, and those that the project does not set. */
export function environmentDrift(
  project: RecordedProject,
  named: { readonly kind: string; readonly name: string },
  service: unknown,
  live: LiveContainer,
): readonly Drift[] {
  const found = at(service, 'environment');
  const asked = isObject(found) ? found : {};
  return [
    ...Object.entries(asked).flatMap(([key, value]) => ofAsked(project, named, key, String(value), live)),
    ...added(project, named, asked, live),
  ];
}

function ofAsked(
  { variables }: RecordedProject,
  named: { readonly kind: string; readonly name: string },
  key: string,
  text: string,
  { environment }: LiveContainer,
): readonly Drift[] {
  const path = `environment.${key}`;
  const found = environment[key];
  const wanted = filled(text, variables.known);
  if (wanted === undefined) {
    // `.env` was edited, but the record shows whether the container has the applied value.
    const variable = REFERENCE.exec(text)?.[1];
    const isOther = variable !== undefined && found !== undefined && variables.isRecorded(variable, found) === false;
    return isOther ? [{ ...named, change: 'changed', path, secret: true }] : [];
  }
  if (wanted === found) return [];
  const change = found === undefined ? 'removed' : 'changed';
  if (text.includes('${')) return [{ ...named, change, path, secret: true }];
  return [{ ...named, change, path, ...shownValues('Service', path, wanted, found) }];
}

function added(
  { imageEnvironments }: RecordedProject,
  named: { readonly kind: string; readonly name: string },
  asked: Readonly<Record<string, unknown>>,
  { environment, imageId }: LiveContainer,
): readonly Drift[] {
  const own = imageEnvironments.get(imageId);
  if (own === undefined) return [];
  return Object.entries(environment)
    .filter(([key, value]) => !(key in asked) && own[key] !== value && !PROXY.test(key))
    .map(([key, value]): Drift => {
      const path = `environment.${key}`;
      return { ...named, change: 'added', path, ...shownValues('Service', path, undefined, value) };
    });
}
