import { expect, it } from 'vitest';

import { NO_OVERRIDES, type OverrideInput } from '../../src/deployment/overrides.ts';
import { rawOverride } from '../../src/deployment/raw-override.ts';

it.each<[string, Partial<OverrideInput>, string | undefined]>([
  ['nothing', {}, undefined],
  ['a variable', { env: { DIFYCTL_TIER: 'test' } }, 'test'],
  ['an empty variable', { env: { DIFYCTL_TIER: '' } }, undefined],
  ['a variable of another field', { env: { DIFYCTL_NAME: 'prod' } }, undefined],
  ['a flag over a variable', { flags: [{ flag: '--tier', value: 'prod' }], env: { DIFYCTL_TIER: 'test' } }, 'prod'],
  [
    'the last of two flags',
    {
      flags: [
        { flag: '--tier', value: 'prod' },
        { flag: '--tier', value: 'test' },
      ],
    },
    'test',
  ],
  ['--set over a flag', { sets: ['tier= "test"'], flags: [{ flag: '--tier', value: 'prod' }] }, 'test'],
  ['the last --set', { sets: ['tier=test', 'tier=prod', 'name=a=b'] }, 'prod'],
  ['--set of no text', { sets: ['tier=[1]'] }, undefined],
])('the tier from %s', async (_, input, expected) => {
  expect(await rawOverride({ ...NO_OVERRIDES, ...input }, 'tier')).toBe(expected);
});
