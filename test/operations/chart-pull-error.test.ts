import { expect, it } from 'vitest';
import { ExternalError } from '../../src/base/errors.ts';
import { chartPullError } from '../../src/operations/chart-pull-error.ts';

const repo = { repo: 'https://charts.example', name: 'dify', version: '0.38.0' };
const oci = { oci: 'oci://registry.example/dify', version: '0.38.0' };
const said = (line: string) => new ExternalError('helm ended with exit code 1', { stderr: [line] });

it.each([
  [
    repo,
    'Error: looks like "https://charts.example" is not a valid chart repository or cannot be reached: Get "https://charts.example/index.yaml": dial tcp: lookup charts.example on 10.0.0.1:53: no such host',
    'the chart repository https://charts.example cannot be used: the name charts.example does not resolve',
  ],
  [
    repo,
    'Error: chart "dify" version "0.38.0" not found in https://charts.example repository',
    'the chart repository https://charts.example has no dify 0.38.0',
  ],
  [
    repo,
    'Error: chart "dify" matching 0.38.0 not found in https://charts.example index. (try \'helm repo update\'): no chart version found for dify-0.38.0',
    'the chart repository https://charts.example has no dify 0.38.0',
  ],
  [
    repo,
    'Error: chart "dify" not found in https://charts.example repository',
    'the chart repository https://charts.example has no chart dify',
  ],
  [
    repo,
    'Error: chart "dify" matching 0.38.0 not found in difyctl index. (try \'helm repo update\'): no chart name found',
    'the chart repository https://charts.example has no chart dify',
  ],
  [
    oci,
    'Error: failed to do request: dial tcp 127.0.0.1:1: connect: connection refused',
    'the chart oci://registry.example/dify 0.38.0 cannot be pulled: the connection is refused',
  ],
])('%o: %s', (chart, line, message) => {
  const error = chartPullError(chart, said(line));
  expect(error.message).toBe(message);
  expect(error.stderr).toEqual([]);
  expect(error.next.join('\n')).toContain('--target-chart-path');
});

const login = { username: 'puller', password: { env: 'CHART_PASSWORD' } };
const refused = 'Error: failed to fetch https://charts.example/index.yaml : 401 Unauthorized';
const away = 'Error: dial tcp 127.0.0.1:1: connect: connection refused';
const check = 'check target.chart.username and the secret of target.chart.password';
const fields = 'set target.chart.username and target.chart.password';

it.each([
  ['a repository refuses a request without a login', repo, refused, [`if the repository requires a login: ${fields}`]],
  ['a repository refuses the login', { ...repo, ...login }, refused, [check]],
  ['a registry refuses the login', { ...oci, ...login }, refused, [check]],
  [
    'a registry fails without a login',
    oci,
    away,
    [`if the registry requires a login: ${fields}, or run helm registry login HOST`],
  ],
  ['a repository is away', repo, away, []],
  ['a registry with a login is away', { ...oci, ...login }, away, []],
])('the step about the login: %s', (_, chart, line, steps) => {
  expect(chartPullError(chart, said(line)).next.filter((step) => /login|username/.test(step))).toEqual(steps);
});
