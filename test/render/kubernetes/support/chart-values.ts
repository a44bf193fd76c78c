import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../../../src/base/json.ts';
import type { ChartFacts } from '../../../../src/render/rendered.ts';

/**
 * The keys of a community chart and the type of each default, as facts: `test/fixtures/chart-values/VERSION.json`, read
 * from its values.yaml. Texts are `x` or empty, numbers are 0 and lists are empty; the subcharts' keys are there.
 */
export function chartValues(version: string): ChartFacts {
  const file = fileURLToPath(new URL(`../../../fixtures/chart-values/${version}.json`, import.meta.url));
  const values = JSON.parse(readFileSync(file, 'utf8')) as JsonObject;
  return { name: 'dify', version, appVersion: '', values, schema: undefined };
}
