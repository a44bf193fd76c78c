import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { DIFY_PROFILES } from '../../../src/versions/dify-profile.ts';
import { chartProfile } from '../../../src/versions/known-charts.ts';
import { COMBINATION_SECRETS, pairedCombinations } from '../../render/kubernetes/support/combinations.ts';
import { expectWholeTable, templated } from '../../render/kubernetes/support/templated.ts';
import { useTestbed } from '../../testbed/fixtures.ts';
import { ensure } from '../../testbed/provision/ensure.ts';

/**
 * The community chart itself, of which this repository holds nothing: DIFYCTL_TEST_CHARTS is a folder with one chart folder for each version, without
 * `dependencies` in Chart.yaml (docs/versions.md says how to make it).
 */
const FOLDER = process.env.DIFYCTL_TEST_CHARTS;
const CHARTS = [...new Set(DIFY_PROFILES.flatMap(({ charts }) => charts))]
  .filter((version) => chartProfile('dify', version).knownFrom === 'templates')
  .sort();
const helms = useTestbed(
  () => ensure(['helm4']),
  async () => undefined,
);

if (FOLDER === undefined) test.skip('real charts are rendered if DIFYCTL_TEST_CHARTS names their folder');
else {
  test('the folder holds every chart that is known from its templates', () => {
    expect(readdirSync(FOLDER)).toEqual(expect.arrayContaining(CHARTS));
  });

  describe.each(CHARTS)('chart %s', (version) => {
    const { dify, withoutMounts } = chartProfile('dify', version);

    test.each(pairedCombinations(dify, withoutMounts.length === 0))(
      '$name: every process sees the whole table',
      ({ deployment }) => {
        const seen = templated(deployment, COMBINATION_SECRETS, helms.get().helm4, join(FOLDER, version));
        expectWholeTable(deployment, COMBINATION_SECRETS, seen);
        expect(leaked(seen.text, seen.set.secret.data)).toEqual([]);
      },
    );
  });
}

/** Keys of the Secret of which a value is in the chart's output; certificates are no secrets. */
function leaked(text: string, data: JsonObject): readonly string[] {
  return Object.entries(data)
    .filter(([, value]) => typeof value === 'string' && !value.includes('CERTIFICATE') && text.includes(value))
    .map(([key]) => key);
}
