import { expect } from 'vitest';
import type { ComponentName } from '../../../../src/checklist/components.ts';
import { publishedDefaultIn } from '../../../../src/checklist/published-defaults.ts';
import { plannedComponents } from '../../../../src/deployment/components.ts';
import type { Deployment } from '../../../../src/deployment/schema/deployment.ts';
import type { SecretValues } from '../../../../src/deployment/secrets.ts';
import { SECRET_PLACEHOLDER } from '../../../../src/providers/chart-block.ts';
import { resolveValue } from '../../../../src/providers/env-entry.ts';
import { difyEnvironment } from '../../../../src/render/dify-env/environment.ts';
import { gracefulStops } from '../../../../src/render/kubernetes/graceful.ts';
import { COMPONENT_LABELS, chartAddresses, chartNames } from '../../../../src/render/kubernetes/names.ts';
import type { KubernetesObject } from '../../../../src/render/rendered.ts';
import { chartFacts } from './charts.ts';
import { effectiveEnvironments, manifestsOf } from './effective-environment.ts';
import { helmTemplate } from './helm.ts';
import { fileOf, rendered } from './rendering.ts';

/**
 * The output of `helm template` for a chart folder and a rendered deployment, and the environment of each container in
 * it.
 */
export function templated(deployment: Deployment, secrets: SecretValues, helm: string, chart: string) {
  const facts = chartFacts(chart);
  const set = rendered(deployment, secrets, facts);
  const namespace = deployment.target.type === 'kubernetes' ? deployment.target.namespace : 'default';
  const text = helmTemplate(helm, chart, deployment.name, namespace, fileOf(set, 'values.yaml'));
  const manifests = manifestsOf(text);
  const all = effectiveEnvironments([...manifests, ...manifestsOf(yamlOf(set))], set.secret);
  const names = chartNames(deployment, facts);
  const of = (component: ComponentName) => {
    const workload = [...manifests, ...manifestsOf(yamlOf(set))].find(
      ({ kind, spec }) =>
        kind === 'Deployment' && spec?.template?.metadata?.labels?.component === COMPONENT_LABELS[component],
    );
    const prefix = `${workload?.metadata.name}/`;
    const [, environment] = [...all].find(([name]) => name.startsWith(prefix) && !name.endsWith('/check-api')) ?? [];
    if (environment === undefined) throw new Error(`no container of ${component}`);
    return environment;
  };
  return { set, text, manifests, all, of, names };
}

export type Templated = ReturnType<typeof templated>;

/** The objects of patches/, and those that an install applies to the same chart: they must be equal. */
export function gracefulSides({ set, text }: Templated) {
  const rendered = set.files.filter(({ path }) => path.startsWith('patches/'));
  const byName = (objects: readonly KubernetesObject[]) =>
    objects.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  return {
    rendered: byName(rendered.flatMap(({ content }) => objectsIn(content))),
    applied: byName(gracefulStops(objectsIn(text))),
  };
}

/** The Kubernetes objects of a text. */
export function objectsIn(text: string): readonly KubernetesObject[] {
  return manifestsOf(text) as readonly unknown[] as readonly KubernetesObject[];
}

function yamlOf(set: ReturnType<typeof rendered>): string {
  return set.files
    .filter(({ path }) => path.startsWith('manifests/'))
    .map(({ content }) => content)
    .join('---\n');
}

/** The worker's wait for the api reads no secret; the bundled Weaviate's shell puts the key in. */
const REPLACED_LATER = ['/check-api', '/weaviate'];

/**
 * Checks that each running component has every variable of the table with its value, and that no value is a placeholder
 * or a published default.
 */
export function expectWholeTable(deployment: Deployment, secrets: SecretValues, seen: Templated): void {
  const table = difyEnvironment(deployment, chartAddresses(seen.names));
  for (const [name, { enabled }] of Object.entries(plannedComponents(deployment))) {
    if (!enabled) continue;
    const component = name as ComponentName;
    const wanted = table[component].map((entry) => [
      entry.name,
      resolveValue(entry.value, (path) => secrets.get(path)),
    ]);
    expect(seen.of(component), component).toMatchObject(Object.fromEntries(wanted));
  }
  for (const [container, environment] of seen.all) {
    for (const [variable, value] of Object.entries(environment)) {
      expect(publishedDefaultIn(value), `${container} ${variable}`).toBeUndefined();
      if (!REPLACED_LATER.some((end) => container.endsWith(end))) {
        expect(value, `${container} ${variable}`).not.toContain(SECRET_PLACEHOLDER);
      }
    }
  }
}
