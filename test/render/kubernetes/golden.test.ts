import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sampleDeployment } from '../../support/deployments.ts';
import { expectGolden } from '../../support/golden.ts';
import { KUBERNETES_SAMPLES, rendered } from './support/rendering.ts';

const GOLDEN = join(import.meta.dirname, 'golden');

test.each(KUBERNETES_SAMPLES)('%s equals its golden folder', async (name) => {
  await expectGolden(join(GOLDEN, name), rendered(sampleDeployment(name)).files);
});

test.each(KUBERNETES_SAMPLES)('%s: the same inputs give the same bytes', (name) => {
  expect(rendered(sampleDeployment(name))).toEqual(rendered(sampleDeployment(name)));
});
