import { expect, it } from 'vitest';
import { loadProbe } from '../../../src/evidence/vector-store/probe.ts';
import { VECTOR_STORES } from '../../../src/providers/vector-store/registry.ts';

it.each(VECTOR_STORES.map(({ id }) => id))('%s has a probe', async (id) => {
  expect(typeof (await loadProbe(id))).toBe('function');
});
