import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { JsonObject } from '../../../../src/base/json.ts';
import type { ChartFacts } from '../../../../src/render/rendered.ts';

const FIXTURE = fileURLToPath(new URL('../../../fixtures/chart', import.meta.url));

/** The chart that tests render: ours, or the one of `DIFYCTL_TEST_CHART` (a folder). */
export const TEST_CHART = process.env.DIFYCTL_TEST_CHART ?? FIXTURE;

let fixture: ChartFacts | undefined;

/** Facts of our own chart: what golden files are rendered from. */
export function fixtureFacts(): ChartFacts {
  fixture ??= chartFacts(FIXTURE);
  return fixture;
}

/** Facts of a chart folder. */
export function chartFacts(folder: string): ChartFacts {
  const chart = parse(readFileSync(`${folder}/Chart.yaml`, 'utf8')) as { name: string; version: string };
  const schema = `${folder}/values.schema.json`;
  return {
    name: chart.name,
    version: chart.version,
    appVersion: '1.16.1',
    values: parse(readFileSync(`${folder}/values.yaml`, 'utf8')) as JsonObject,
    schema: existsSync(schema) ? (JSON.parse(readFileSync(schema, 'utf8')) as JsonObject) : undefined,
  };
}
