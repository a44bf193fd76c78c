import { describe, expect, test } from 'vitest';
import type { ComponentName } from '../../../src/checklist/components.ts';
import { publishedDefaultIn } from '../../../src/checklist/published-defaults.ts';
import { plannedComponents } from '../../../src/deployment/components.ts';
import type { Deployment } from '../../../src/deployment/schema/deployment.ts';
import type { SecretValues } from '../../../src/deployment/secrets.ts';
import { HELD_ELSEWHERE } from '../../../src/providers/chart-block.ts';
import { resolveValue } from '../../../src/providers/env-entry.ts';
import { difyEnvironment } from '../../../src/render/dify-env/environment.ts';
import { chartAddresses, chartNames, componentFullName } from '../../../src/render/kubernetes/names.ts';
import { chartFacts, TEST_CHART } from '../../render/kubernetes/support/charts.ts';
import { COMBINATION_SECRETS, pairedCombinations } from '../../render/kubernetes/support/combinations.ts';
import { effectiveEnvironments, manifestsOf } from '../../render/kubernetes/support/effective-environment.ts';
import { helmTemplate } from '../../render/kubernetes/support/helm.ts';
import { fileOf, KUBERNETES_SAMPLES, rendered } from '../../render/kubernetes/support/rendering.ts';
import { sampleDeployment } from '../../support/deployments.ts';
import { fakeSecrets } from '../../support/secrets.ts';
import { useTestbed } from '../../testbed/fixtures.ts';
import { ensure } from '../../testbed/provision/ensure.ts';

/** What real helm makes of the rendered values, on our own chart or on that of `DIFYCTL_TEST_CHART`. */
const facts = chartFacts(TEST_CHART);
const helms = useTestbed(
  () => ensure(['helm3', 'helm4']),
  async () => undefined,
);

/** Variables by component, as its one container would see them; and those of every other container. */
function templated(deployment: Deployment, secrets: SecretValues, helm: 'helm3' | 'helm4' = 'helm4') {
  const set = rendered(deployment, secrets, facts);
  const namespace = deployment.target.type === 'kubernetes' ? deployment.target.namespace : 'default';
  const text = helmTemplate(helms.get()[helm], deployment.name, namespace, fileOf(set, 'values.yaml'));
  const manifests = manifestsOf(text);
  const all = effectiveEnvironments(manifests, set.secret);
  const names = chartNames(deployment, facts);
  const of = (component: ComponentName) => {
    const prefix = `${componentFullName(names, component)}/`;
    const [, environment] = [...all].find(([name]) => name.startsWith(prefix) && !name.endsWith('/check-api')) ?? [];
    if (environment === undefined) throw new Error(`no container of ${component}`);
    return environment;
  };
  return { set, text, manifests, all, of, names };
}

/** The worker's wait for the api reads no secret; the bundled Weaviate's shell puts the key in. */
const REPLACED_LATER = ['/check-api', '/weaviate'];

/** Every variable of the table, in every component that runs, as the table says; and nowhere a stand-in or a published default. */
function expectWholeTable(deployment: Deployment, secrets: SecretValues, seen: ReturnType<typeof templated>): void {
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
        expect(value, `${container} ${variable}`).not.toContain(HELD_ELSEWHERE);
      }
    }
  }
}

describe.each(pairedCombinations())('$name', ({ deployment, api, plugin }) => {
  test('api, worker, beat and plugin daemon see what the facts say', () => {
    const seen = templated(deployment, COMBINATION_SECRETS);
    for (const component of ['api', 'worker', 'beat', 'apiWebsocket'] as const) {
      expect(seen.of(component), component).toMatchObject(api);
    }
    expect(seen.of('pluginDaemon')).toMatchObject(plugin);
    expectWholeTable(deployment, COMBINATION_SECRETS, seen);
  });
});

describe.each(KUBERNETES_SAMPLES)('%s', (sample) => {
  const deployment = sampleDeployment(sample);
  const secrets = fakeSecrets(deployment);

  test.each(['helm3', 'helm4'] as const)('with %s, every process sees the whole table', (helm) => {
    expectWholeTable(deployment, secrets, templated(deployment, secrets, helm));
  });

  test('the chart’s own output holds no secret', () => {
    const { text, set } = templated(deployment, secrets);
    for (const value of Object.values(set.secret.data)) {
      if (value.includes('CERTIFICATE')) continue;
      expect(text.includes(value)).toBe(false);
      expect(text.includes(Buffer.from(value).toString('base64'))).toBe(false);
    }
  });

  test('what selects pods outside the chart selects those of the chart', () => {
    const { set, manifests } = templated(deployment, secrets);
    const pods = manifests.map(({ spec }) => spec?.template?.metadata?.labels ?? {});
    for (const { metadata, spec } of set.manifests) {
      const { selector } = spec as { readonly selector: { readonly matchLabels: Readonly<Record<string, string>> } };
      const wanted = Object.entries(selector.matchLabels);
      const selected = pods.filter((labels) => wanted.every(([key, value]) => labels[key] === value));
      expect(selected, String(metadata.name)).toHaveLength(1);
    }
  });

  test('claims exist only where nothing else keeps the files', () => {
    const claims = templated(deployment, secrets).manifests.filter(({ kind }) => kind === 'PersistentVolumeClaim');
    expect(claims).toHaveLength(deployment.objectStorage.provider === 'local' ? 2 : 0);
  });
});
