import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
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

describe.each([
  ['kubernetes', (version: string) => rendered(kubernetesDeployment({ version }))],
  ['compose', (version: string) => renderedCompose(composeDeployment({ version }))],
] as const)('on %s', (_, render) => {
  test.each([
    ['0.15.3', 'releases before 1.16 have no agent backend'],
    ['1.9.1', 'releases before 1.16 have no agent backend'],
    ['1.12.1', 'releases before 1.16 have no agent backend'],
    ['1.15.0', 'releases before 1.16 have no agent backend'],
    ['1.16.2', 'difyctl knows no release of that number'],
    ['1.17.1', 'difyctl does not render 1.17 yet: it takes DEPLOYMENT_EDITION'],
    ['1.18.0', 'difyctl does not render 1.18 yet: it needs a non-empty sandbox token'],
    ['1.99.0', 'difyctl knows no release of that number'],
    ['2.0.0', 'difyctl knows no release of that number'],
  ])('Dify %s is refused by name', (version, why) => {
    const error = refusal(() => render(version));
    expect(error?.exitCode).toBe(2);
    expect(error?.message).toContain(`Dify ${version} cannot be rendered: ${why}`);
    expect(error?.next).toEqual(['set version to one of 1.16.0, 1.16.1']);
  });

  test.each(['1.16.0', '1.16.1'])('Dify %s is rendered', (version) => {
    expect(refusal(() => render(version))).toBeUndefined();
  });
});

test.each([
  ['0.31.0', '1.9.1'],
  ['0.37.0', '1.14.2'],
  ['0.40.0', '1.18.0'],
])('chart %s is refused for what it is: made for Dify %s', (version, made) => {
  const error = refusal(() =>
    rendered(kubernetesDeployment(), undefined, { ...fixtureFacts(), name: 'dify', version }),
  );
  expect(error?.message).toBe(`chart dify ${version} installs Dify ${made}, and the file says version 1.16.1`);
  expect(error?.next).toEqual(['set target.chart.version to 0.38.0, which installs 1.16.1']);
});
