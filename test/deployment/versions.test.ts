import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { plannedComponents } from '../../src/deployment/components.ts';
import { validateDeployment } from '../../src/deployment/load.ts';
import { DEFAULT_CHART } from '../../src/versions/default-pair.ts';
import { parsedDeployment, urls } from '../support/deployments.ts';

const FILE = {
  apiVersion: 'difyctl/v1',
  tier: 'test',
  target: { type: 'kubernetes' },
  urls: urls('https://dify.example.com'),
} as const;

function chartOf(file: JsonObject): unknown {
  const { target } = parsedDeployment({ ...FILE, ...file });
  return target.type === 'kubernetes' ? target.chart : undefined;
}

test.each<readonly [string, JsonObject, JsonObject]>([
  ['the newest pair without a version', {}, { version: DEFAULT_CHART.version }],
  ['the chart that installs the release', { version: '1.14.2' }, { version: '0.37.0' }],
  ['that of a release between charts: the default', { version: '1.15.0' }, { version: DEFAULT_CHART.version }],
  [
    'what the file says',
    { version: '1.14.2', target: { type: 'kubernetes', chart: { version: '9.9.9' } } },
    { version: '9.9.9' },
  ],
  ['a folder', { version: '1.14.2', target: { type: 'kubernetes', chart: { path: './chart' } } }, { path: './chart' }],
])('the chart is %s', (_, file, chart) => {
  expect(chartOf(file)).toMatchObject(chart);
});

test('components that a release does not have are disabled', () => {
  const planned = plannedComponents(parsedDeployment({ ...FILE, version: '1.14.2' }));
  const off = Object.entries(planned).filter(([, { enabled }]) => !enabled);
  expect(off.map(([name]) => name)).toEqual(['apiWebsocket', 'agentBackend', 'localSandbox']);
});

test.each<readonly [string, JsonObject, string, string]>([
  [
    'a component that the release does not have',
    { version: '1.14.2', components: { agentBackend: { enabled: true } } },
    'components.agentBackend.enabled',
    'Dify 1.14.2 has no such component on kubernetes',
  ],
  [
    'a CA file for Milvus before 1.15.0',
    {
      version: '1.14.2',
      vectorStore: { mode: 'external', provider: 'milvus', milvus: { url: 'https://m:19530', caFile: './ca.pem' } },
    },
    'vectorStore.milvus.caFile',
    'Dify 1.14.2 does not support a CA file for provider milvus; 1.15.0 and newer do',
  ],
])('%s is a problem', (_, file, path, message) => {
  const judged = validateDeployment({ ...FILE, ...file });
  expect(judged).toMatchObject({ problems: [{ path: path.split('.'), message }] });
});
