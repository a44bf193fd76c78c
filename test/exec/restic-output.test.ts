import { expect, it } from 'vitest';
import { damagedIn } from '../../src/exec/restic-output.ts';

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
