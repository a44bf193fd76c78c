import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Deployment } from '../../../src/deployment/schema/deployment.ts';
import type { SecretValues } from '../../../src/deployment/secrets.ts';
import { gracefulStops } from '../../../src/render/kubernetes/graceful.ts';
import { TEST_CHART } from '../../render/kubernetes/support/charts.ts';
import { COMBINATION_SECRETS, pairedCombinations } from '../../render/kubernetes/support/combinations.ts';
import { KUBERNETES_SAMPLES } from '../../render/kubernetes/support/rendering.ts';
import {
  expectWholeTable,
  gracefulSides,
  objectsIn,
  templated as templatedBy,
} from '../../render/kubernetes/support/templated.ts';
import { sampleDeployment } from '../../support/deployments.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { writeRendered } from '../../support/rendered-directory.ts';
import { fakeSecrets } from '../../support/secrets.ts';
import { useTestbed } from '../../testbed/fixtures.ts';
import { ensure } from '../../testbed/provision/ensure.ts';

/** What real helm makes of the rendered values, on our own chart or on that of `DIFYCTL_TEST_CHART`. */
const programs = useTestbed(
  () => ensure(['helm3', 'helm4', 'kubectl']),
  async () => undefined,
);

function templated(deployment: Deployment, secrets: SecretValues, helm: 'helm3' | 'helm4' = 'helm4') {
  return templatedBy(deployment, secrets, programs.get()[helm], TEST_CHART);
}

describe.each(pairedCombinations())('$name', ({ deployment, api, plugin }) => {
  test('api, worker, beat and plugin daemon have the documented environment', () => {
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

  test.each(['helm3', 'helm4'] as const)('with %s, every process has the whole environment', (helm) => {
    expectWholeTable(deployment, secrets, templated(deployment, secrets, helm));
  });

  test('the chart’s own output contains no secret', () => {
    const { text, set } = templated(deployment, secrets);
    for (const value of Object.values(set.secret.data)) {
      if (value.includes('CERTIFICATE')) continue;
      expect(text.includes(value)).toBe(false);
      expect(text.includes(Buffer.from(value).toString('base64'))).toBe(false);
    }
  });

  test('each budget selects the pods of one workload', () => {
    const { set, manifests } = templated(deployment, secrets);
    const own = set.manifests.map(({ spec }) => spec as (typeof manifests)[number]['spec']);
    const pods = [...manifests.map(({ spec }) => spec), ...own].map((spec) => spec?.template?.metadata?.labels ?? {});
    const budgets = set.manifests.filter(({ kind }) => kind === 'PodDisruptionBudget');
    for (const { metadata, spec } of budgets) {
      const { selector } = spec as { readonly selector: { readonly matchLabels: Readonly<Record<string, string>> } };
      const wanted = Object.entries(selector.matchLabels);
      const selected = pods.filter((labels) => wanted.every(([key, value]) => labels[key] === value));
      expect(selected, String(metadata.name)).toHaveLength(1);
    }
  });

  test('the patches are what an install applies to the chart', () => {
    const { rendered, applied } = gracefulSides(templated(deployment, secrets));
    expect(rendered).toEqual(applied);
  });

  test('claims exist only if no other storage has the files', () => {
    const claims = templated(deployment, secrets).manifests.filter(({ kind }) => kind === 'PersistentVolumeClaim');
    expect(claims).toHaveLength(deployment.objectStorage.provider === 'local' ? 2 : 0);
  });
});

describe('patches/', () => {
  const folder = temporaryFolder();

  test('Kustomize gives every pod behind a Service its graceful stop', async () => {
    const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');
    const { set, text } = templated(deployment, fakeSecrets(deployment));
    const before = gracefulStops(objectsIn(text));
    await writeRendered(folder.path, set.files);
    await writeFile(join(folder.path, 'chart.yaml'), text);
    const patches = set.files.flatMap(({ path }) => (path.startsWith('patches/') ? [{ path }] : []));
    const kustomization = { resources: ['chart.yaml'], patches };
    await writeFile(join(folder.path, 'kustomization.yaml'), stringify(kustomization));
    const built = execFileSync(programs.get().kubectl, ['kustomize', folder.path], { encoding: 'utf8' });
    const after = objectsIn(built);
    expect(after).toHaveLength(objectsIn(text).length);
    for (const stop of before) {
      const patched = after.find(({ kind, metadata }) => kind === stop.kind && metadata.name === stop.metadata.name);
      expect(patched).toMatchObject(stop);
    }
  });
});
