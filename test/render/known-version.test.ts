import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { difyProfile } from '../../src/versions/dify-profile.ts';
import { knownPairs } from '../../src/versions/known-charts.ts';
import { composeDeployment, rendered as renderedCompose } from './compose/rendering.ts';
import { fixtureFacts } from './kubernetes/support/charts.ts';
import { kubernetesDeployment, rendered } from './kubernetes/support/rendering.ts';

function refusal(render: () => unknown): UserError | undefined {
  try {
    render();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

const NOTES_1_17 =
  'difyctl does not render 1.17 yet: DEPLOYMENT_EDITION replaces EDITION, and its value is COMMUNITY; DIFY_AGENT_LOCAL_SANDBOX_AUTH_TOKEN replaces DIFY_AGENT_SHELLCTL_AUTH_TOKEN; a MySQL database must be utf8mb4; 1.17.1 runs Weaviate 1.39.2; upgrade 1.27 to it one minor release at a time';
const NOTES_1_18 =
  'difyctl does not render 1.18 yet: api, worker, agent backend and local sandbox must have images of one release; the token of the local sandbox must not be empty; PASSWORD_PEPPER must be kept through upgrades and backups; chart 0.40.0 sets global.internalApiKey to a published placeholder and runs Weaviate 1.39.13';
const UNKNOWN = 'difyctl knows no release of that number';

describe('on Kubernetes', () => {
  const render = (version: string) => rendered(kubernetesDeployment({ version }), undefined, undefined);

  test.each([
    ['0.15.3', 'releases before 1.9.1 have other services and variables'],
    ['1.9.0', 'releases before 1.9.1 have other services and variables'],
    ['1.13.3', 'no chart of the community repository installs it'],
    ['1.15.0', 'no chart of the community repository installs it'],
    ['1.14.0', UNKNOWN],
    ['1.16.2', UNKNOWN],
    ['1.17.1', NOTES_1_17],
    ['1.18.0', NOTES_1_18],
    ['2.0.0', UNKNOWN],
  ])('Dify %s is refused by name', (version, why) => {
    const error = refusal(() => render(version));
    expect(error?.exitCode).toBe(2);
    expect(error?.message).toBe(`Dify ${version} cannot be rendered: ${why}`);
    expect(error?.next).toEqual(['set version to one of 1.9.1, 1.10.0, 1.10.1-fix.1, 1.12.1, 1.14.2, 1.16.0, 1.16.1']);
  });

  test.each(['1.16.0', '1.16.1'])('Dify %s is rendered', (version) => {
    expect(refusal(() => render(version))).toBeUndefined();
  });
});

describe('on Compose', () => {
  test.each([
    ['1.12.1', 'difyctl renders it only on Kubernetes, with chart 0.36.0'],
    ['1.13.0', 'releases before 1.13.3 have other services and variables'],
    ['1.14.1', UNKNOWN],
    ['1.17.0', NOTES_1_17],
    ['1.99.0', UNKNOWN],
  ])('Dify %s is refused by name', (version, why) => {
    const error = refusal(() => renderedCompose(composeDeployment({ version })));
    expect(error?.exitCode).toBe(2);
    expect(error?.message).toBe(`Dify ${version} cannot be rendered: ${why}`);
    expect(error?.next).toEqual(['set version to one of 1.13.3, 1.14.2, 1.15.0, 1.16.0, 1.16.1']);
  });

  test.each(['1.13.3', '1.14.2', '1.15.0', '1.16.0', '1.16.1'])('Dify %s is rendered', (version) => {
    expect(refusal(() => renderedCompose(composeDeployment({ version })))).toBeUndefined();
  });
});

const PAIRS = knownPairs().join(', ');

test.each([
  ['0.31.0', '1.9.1', '1.16.1'],
  ['0.37.0', '1.14.2', '1.16.1'],
  ['0.40.0', '1.18.0', '1.16.1'],
  ['0.38.0', '1.16.1', '1.14.2'],
])('chart %s with Dify %s is refused for version %s, with the pairs that fit', (version, made, asked) => {
  const fitting = difyProfile(asked)?.charts.join(' or ');
  const error = refusal(() =>
    rendered(kubernetesDeployment({ version: asked }), undefined, { ...fixtureFacts(), name: 'dify', version }),
  );
  expect(error?.message).toBe(`chart dify ${version} installs Dify ${made}, but the file says version ${asked}`);
  expect(error?.next).toEqual([
    `set target.chart.version to ${fitting}, or version to the release of the chart; these fit: ${PAIRS}`,
  ]);
});
