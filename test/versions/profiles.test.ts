import { describe, expect, test } from 'vitest';
import { deploymentSchema } from '../../src/deployment/schema/deployment.ts';
import { DEFAULT_CHART } from '../../src/versions/default-pair.ts';
import { DIFY_PROFILES, difyProfile } from '../../src/versions/dify-profile.ts';
import { chartProfile, releaseOfChart, renderedCharts } from '../../src/versions/known-charts.ts';
import { absentComponents, lineOf } from '../../src/versions/known-releases.ts';
import { isServed, routesOf } from '../../src/versions/routes.ts';
import { isRead } from '../../src/versions/variables.ts';

test.each(DIFY_PROFILES.flatMap(({ version, charts }) => charts.map((chart) => [version, chart] as const)))(
  'Dify %s belongs to the line that chart %s installs',
  (version, chart) => {
    expect(lineOf(releaseOfChart(chart) ?? '')).toBe(lineOf(version));
  },
);

test('every chart but the final 0.38.0 is known from its templates', () => {
  const known = renderedCharts().filter((chart) => chartProfile('dify', chart).knownFrom === 'templates');
  expect(known).toEqual(['0.31.0', '0.33.0', '0.35.0', '0.36.0', '0.37.0', '0.38.0-rc2']);
});

test('the default is the newest pair', () => {
  const newest = DIFY_PROFILES.at(-1);
  expect(deploymentSchema.shape.version.parse(undefined)).toBe(newest?.version);
  expect(DEFAULT_CHART.version).toBe(newest?.charts[0]);
});

test('an unknown chart is rendered in the newest layout', () => {
  expect(chartProfile('dify', '0.99.0')).toMatchObject({ version: '0.99.0', knownFrom: 'release notes', moves: [] });
  expect(chartProfile('fork', '0.31.0')).toMatchObject({ knownFrom: 'release notes', moves: [] });
});

test.each([
  ['1.9.1', 'kubernetes', ['agentBackend', 'localSandbox', 'apiWebsocket']],
  ['1.14.2', 'kubernetes', ['agentBackend', 'localSandbox', 'apiWebsocket']],
  ['1.14.2', 'compose', ['agentBackend', 'localSandbox']],
  ['1.16.1', 'kubernetes', []],
  ['1.99.0', 'kubernetes', []],
] as const)('Dify %s on %s has none of %j', (version, target, absent) => {
  expect(absentComponents(version, target)).toEqual(absent);
});

describe('the variables and routes of a release', () => {
  test.each([
    ['TRIGGER_URL', '1.9.1', false],
    ['TRIGGER_URL', '1.10.0', true],
    ['SERVER_CONSOLE_API_URL', '1.14.2', false],
    ['SERVER_CONSOLE_API_URL', '1.15.0', true],
    ['EDITION', '1.16.1', true],
    ['EDITION', '1.17.0', false],
    ['SECRET_KEY', '1.9.1', true],
  ])('%s in %s: %s', (variable, version, expected) => {
    expect(isRead(variable, version)).toBe(expected);
  });

  test.each([
    ['/triggers/x', '1.9.1', false],
    ['/triggers/x', '1.10.0', true],
    ['/openapi/v1', '1.14.2', false],
    ['/openapi/v1', '1.15.0', true],
    ['/console/api/ping', '1.9.1', true],
  ])('%s in %s: %s', (path, version, expected) => {
    expect(isServed(path, version)).toBe(expected);
  });

  test('each release serves the routes of the previous one', () => {
    const routes = DIFY_PROFILES.map(({ version }) => routesOf(version));
    for (const [index, before] of routes.slice(0, -1).entries()) {
      expect(routes[index + 1]).toEqual(expect.arrayContaining([...before]));
    }
  });
});

test('a release that is not rendered has no profile', () => {
  expect(['1.14.0', '1.16.2', '1.17.0'].map(difyProfile)).toEqual([undefined, undefined, undefined]);
});
