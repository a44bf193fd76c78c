import { at, labelsAt, listAt, textAt } from '../../base/json-path.ts';
import { POOL_LABEL } from '../../base/own-labels.ts';
import { COMPONENTS, type ComponentName } from '../../checklist/components.ts';
import { SERVICE_OF } from '../../render/compose/names.ts';
import { COMPONENT_LABELS } from '../../render/kubernetes/names.ts';
import type { PlannedWorkload, ProbeKind } from './set.ts';
import { settingsOf } from './settings.ts';

type Process = Pick<PlannedWorkload, 'component' | 'pool' | 'settings' | 'probes'>;
const PROBES: readonly ProbeKind[] = ['liveness', 'readiness', 'startup'];

/**
 * The Dify process that a pod template runs, the settings in its variables, and its probes. Empty for a pod that is not
 * of Dify.
 */
export function processOf(template: unknown, configMaps: readonly unknown[]): Process {
  const label = textAt(template, 'metadata', 'labels', 'component');
  const component = COMPONENTS.find((name) => COMPONENT_LABELS[name] === label);
  if (component === undefined) return {};
  const [container] = listAt(template, 'spec', 'containers');
  const pool = textAt(template, 'metadata', 'labels', POOL_LABEL);
  return {
    component,
    ...(pool === '' ? {} : { pool }),
    settings: settingsOf({ ...fromConfigMaps(container, configMaps), ...fromContainer(container) }),
    probes: PROBES.filter((kind) => at(container, `${kind}Probe`) !== undefined),
  };
}

/** The same for a service of the Compose project. */
export function composeProcess(name: string, service: unknown): Process {
  const pool = textAt(service, 'labels', POOL_LABEL);
  const component: ComponentName | undefined =
    pool === '' ? COMPONENTS.find((one) => SERVICE_OF[one] === name) : 'worker';
  if (component === undefined) return {};
  return {
    component,
    ...(pool === '' ? {} : { pool }),
    settings: settingsOf(labelsAt(service, 'environment')),
    probes: at(service, 'healthcheck') === undefined ? [] : ['liveness', 'readiness'],
  };
}

/** Variables of all ConfigMaps in `envFrom`; a later one wins, as in Kubernetes. */
function fromConfigMaps(container: unknown, configMaps: readonly unknown[]): Readonly<Record<string, string>> {
  const names = listAt(container, 'envFrom').map((source) => textAt(source, 'configMapRef', 'name'));
  const maps = names.map((name) => configMaps.find((map) => textAt(map, 'metadata', 'name') === name));
  return Object.assign({}, ...maps.map((map) => labelsAt(map, 'data'))) as Readonly<Record<string, string>>;
}

/** Variables with a literal value; references are to secrets or fields of the pod. `$$(` is an escaped `$(`. */
function fromContainer(container: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    listAt(container, 'env')
      .filter((one) => typeof at(one, 'value') === 'string')
      .map((one) => [textAt(one, 'name'), textAt(one, 'value').replaceAll('$$(', '$(')]),
  );
}
