import { expect, test } from 'vitest';
import { type EditedSecret, settleEdited } from '../../../src/state/secrets/edited.ts';

const RECORDED = 'recorded-value';
const EDITED = 'edited-value';
const REFUSED = {
  reason: expect.stringMatching(
    /^VARIABLE in \.env was edited since revision 3, and .*either value may protect stored data\./,
  ),
};

function settled(over: Partial<EditedSecret> & { running?: string; inUse?: boolean }) {
  const { running, inUse = false, ...more } = over;
  const isRecorded = (value: string) => value === RECORDED;
  const edited = { variable: 'VARIABLE', revision: 3, isRecorded, running, inUse };
  return settleEdited({
    path: 'redis.password',
    edited,
    live: EDITED,
    cached: undefined,
    protectsData: false,
    ...more,
  });
}

test.each<[string, Parameters<typeof settled>[0], ReturnType<typeof settled>]>([
  ['a container has the recorded value', { running: RECORDED }, { value: RECORDED }],
  ['a container has it, and another one the edited value', { running: RECORDED, inUse: true }, { value: RECORDED }],
  ['the cache has it', { cached: RECORDED }, { value: RECORDED }],
  [
    'it is nowhere',
    { cached: 'an older value' },
    {
      value: EDITED,
      note: 'VARIABLE in .env was edited since revision 3, and the earlier value cannot be found: redis.password keeps the edited value',
    },
  ],
  ['the variable was removed', { live: undefined, cached: RECORDED }, { value: RECORDED }],
  ['the variable was removed, and its value is nowhere', { live: undefined }, undefined],
])('an edited password: %s', (_title, over, expected) => {
  expect(settled(over)).toEqual(expected);
});

test.each<[string, Parameters<typeof settled>[0], unknown]>([
  ['a container has the recorded value, none the edited one', { running: RECORDED }, { value: RECORDED }],
  ['containers have both', { running: RECORDED, inUse: true }, REFUSED],
  ['containers have the edited value', { cached: RECORDED, inUse: true }, REFUSED],
  ['no container shows which is in use', { cached: RECORDED }, REFUSED],
  ['the recorded value is nowhere', {}, REFUSED],
  ['the variable was removed', { live: undefined, running: RECORDED }, { value: RECORDED }],
  ['the variable was removed, and the cache is older', { live: undefined, cached: 'an older value' }, undefined],
])('an edited key that protects data: %s', (_title, over, expected) => {
  expect(settled({ ...over, protectsData: true })).toEqual(expected);
});
