import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sampleDeployment } from '../../support/deployments.ts';
import { expectGolden } from '../../support/golden.ts';
import { COMPOSE_SAMPLES, rendered } from './rendering.ts';

const GOLDEN = join(import.meta.dirname, 'golden');

test.each(COMPOSE_SAMPLES)('%s equals its golden folder', async (name) => {
  await expectGolden(join(GOLDEN, name), rendered(sampleDeployment(name)).files);
});

test('the same inputs give the same bytes', () => {
  for (const name of COMPOSE_SAMPLES) {
    expect(rendered(sampleDeployment(name)).files).toEqual(rendered(sampleDeployment(name)).files);
  }
});
