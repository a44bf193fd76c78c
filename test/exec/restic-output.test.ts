import { expect, it } from 'vitest';
import { damagedIn, rewrittenIn } from '../../src/exec/restic-output.ts';

const ID = 'a'.repeat(64);

it.each([
  ['ciphertext verification failed'],
  ['Fatal: repository contains errors'],
  [`Fatal: cannot dump file: open /srv/backup/data/aa/${ID}: no such file or directory`],
  ['Fatal: cannot dump file: The specified key does not exist.'],
])('%s is damage', (message) => {
  expect(damagedIn(['repository opened', message])).toBe(true);
});

it.each([
  ['Fatal: unable to open repository: open /srv/ca.pem: no such file or directory'],
  ['Fatal: unable to open repository: dial tcp 10.0.0.5:443: connect: connection refused'],
  ['signal interrupt received, cleaning up'],
])('%s is no damage', (message) => {
  expect(damagedIn([message])).toBe(false);
});

it('finds the snapshots that a rewrite stored', () => {
  const stdout = [
    'snapshot 8ed40cd8 of [/srv/dify] at 2026-12-01 01:29:19 +0000 UTC by root@vm',
    'setting time to 2026-12-01 01:02:03 +0000 UTC',
    'saved new snapshot a8b9fc2a',
    '',
    'saved new snapshot 10589f4c',
    '',
    'modified 2 snapshots',
  ];
  expect(rewrittenIn(stdout.join('\n'))).toEqual(['a8b9fc2a', '10589f4c']);
});
