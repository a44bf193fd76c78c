import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { chartProfile, renderedCharts } from '../../../src/versions/known-charts.ts';
import { routesOf } from '../../../src/versions/routes.ts';
import { COMBINATION_SECRETS, pairedCombinations } from '../../render/kubernetes/support/combinations.ts';
import {
  expectWholeTable,
  gracefulSides,
  type Templated,
  templated,
} from '../../render/kubernetes/support/templated.ts';
import { useCluster, useTestbed } from '../../testbed/fixtures.ts';
import { ensure } from '../../testbed/provision/ensure.ts';

/**
 * The community chart itself, of which this repository holds nothing: DIFYCTL_TEST_CHARTS is a folder with one chart
 * folder for each version, without `dependencies` in Chart.yaml (docs/dify-versions.md says how to make it). Without
 * the variable, vitest.config.ts leaves this file out.
 */
describeCharts(process.env.DIFYCTL_TEST_CHARTS ?? '');

function describeCharts(folder: string): void {
  const charts = renderedCharts().filter((version) => chartProfile('dify', version).knownFrom === 'templates');
  const testbed = useCluster({ nodes: '1x8C32G' });
  const helms = useTestbed(
    () => ensure(['helm4']),
    async () => undefined,
  );

  test('the folder holds every chart that is known from its templates', () => {
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(charts));
  });

  describe.each(charts)('chart %s', (version) => {
    const { dify, withoutMounts } = chartProfile('dify', version);
    const combinations = pairedCombinations(dify, withoutMounts.length === 0);

    test.each(combinations)('$name: every process has the whole environment', ({ deployment }) => {
      const seen = templated(deployment, COMBINATION_SECRETS, helms.get().helm4, join(folder, version));
      expectWholeTable(deployment, COMBINATION_SECRETS, seen);
      expect(seen.of('web')).toMatchObject({ EDITION: 'SELF_HOSTED' });
      expect(leaked(seen)).toEqual([]);
    });

    test('the patches are what an install applies to it', () => {
      const [{ deployment }] = combinations as [(typeof combinations)[number]];
      const seen = templated(deployment, COMBINATION_SECRETS, helms.get().helm4, join(folder, version));
      const { rendered, applied } = gracefulSides(seen);
      expect(applied.length).toBeGreaterThan(0);
      expect(rendered).toEqual(applied);
    });

    test('its nginx has every route of the release', () => {
      const [{ deployment }] = combinations as [(typeof combinations)[number]];
      const { text } = templated(deployment, COMBINATION_SECRETS, helms.get().helm4, join(folder, version));
      const routed = [...text.matchAll(/^ *location (\S+) \{/gm)].map(([, path]) => path);
      const without = chartProfile('dify', version).without;
      const served = routesOf(dify).filter((path) => path !== '/socket.io/' || !without.includes('apiWebsocket'));
      expect(routed.filter((path) => path !== '/marketplace').sort()).toEqual([...served].sort());
    });

    test('its nginx passes on requests to the marketplace if the file asks for it', () => {
      const [{ deployment }] = combinations as [(typeof combinations)[number]];
      const proxied = { ...deployment, marketplace: { proxy: true } };
      const seen = templated(proxied, COMBINATION_SECRETS, helms.get().helm4, join(folder, version));
      expect(seen.text.match(/^ *location \/marketplace \{/gm)).toHaveLength(1);
      expect(seen.of('web')).toMatchObject({ MARKETPLACE_API_URL: '/marketplace' });
    });

    test('an API server accepts every object', async () => {
      const [{ deployment }] = combinations as [(typeof combinations)[number]];
      const seen = templated(deployment, COMBINATION_SECRETS, helms.get().helm4, join(folder, version));
      const objects = objectsOf(seen);
      await testbed.cluster.kubectl(['apply', '-f', '-'], { input: stringify(namespace('dify')) });
      const accepted = await testbed.cluster.kubectl(
        ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-n', 'dify', '-f', '-'],
        { input: objects.map((object) => stringify(object, { version: '1.1' })).join('---\n') },
      );
      expect(accepted.trim().split('\n')).toHaveLength(objects.length);
    });
  });
}

function namespace(name: string) {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** What helm and kubectl would be given: the chart's objects without its test hooks, difyctl's own, and the Secret. */
function objectsOf({ text, set }: Templated): readonly unknown[] {
  const ofChart = parseAllDocuments(text, { version: '1.1' }).flatMap((document) => {
    const object: unknown = document.toJSON();
    return object === null || JSON.stringify(object).includes('"helm.sh/hook"') ? [] : [object];
  });
  const { name, data } = set.secret;
  return [...ofChart, ...set.manifests, { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: data }];
}

/** Keys of the Secret of which a value is in the chart's output; certificates are no secrets. */
function leaked({ text, set }: Templated): readonly string[] {
  return Object.entries(set.secret.data)
    .filter(([, value]) => !value.includes('CERTIFICATE') && text.includes(value))
    .map(([key]) => key);
}
