import { expect, test } from 'vitest';
import { withReplay } from '../../../src/evidence/postgres/replay.ts';
import type { Session } from '../../../src/evidence/postgres/session.ts';

type Look = readonly (readonly [name: string, received: string | null, replayed: string | null])[];

/** A session that answers these looks one after the other, and the last one from then on. */
function sessionOf(...looks: readonly Look[]): Session {
  let next = 0;
  const query = async () => {
    const rows = looks[Math.min(next, looks.length - 1)] ?? [];
    next += 1;
    return rows.map(([name, received, replayed]) => ({ name, received, replayed }));
  };
  return { query } as unknown as Session;
}

test.each<readonly [string, readonly Look[], readonly string[]]>([
  ['has replayed everything', [[['a', '500', '500']]], []],
  ['replays later', [[['a', '500', '400']], [['a', '500', '400']], [['a', '500', '450']]], []],
  ['is paused', [[['a', '500', '400']]], ['a']],
  ['goes on receiving and replays nothing', [[['a', '500', '400']], [['a', '900', '400']]], ['a']],
  [
    'is one of two, the other sound',
    [
      [
        ['a', '500', '400'],
        ['b', '500', '500'],
      ],
    ],
    ['a'],
  ],
  ['is not shown to this role', [[['a', null, null]]], []],
  [
    'has the name of another',
    [
      [
        ['a', '500', '400'],
        ['a', '500', '500'],
      ],
    ],
    [],
  ],
  ['is gone meanwhile', [[['a', '500', '400']], []], []],
])('a standby that %s', async (_, looks, idle) => {
  const standbys = [{ name: 'a' }, { name: 'b' }];
  const seen = await withReplay(sessionOf(...looks), { standbys, required: '', isShown: true }, async () => undefined);
  expect(seen.standbys.filter(({ isReplaying }) => isReplaying === false).map(({ name }) => name)).toEqual(idle);
});
