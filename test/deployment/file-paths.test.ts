import { expect, it } from 'vitest';
import { moveFilePaths } from '../../src/deployment/file-paths.ts';

const CA = ['postgres', 'tls', 'caFile'];
const PASSWORD = ['postgres', 'password'];

it.each([
  [CA, 'certs/ca.pem', '../certs/ca.pem'],
  [CA, 'deploy/ca.pem', './ca.pem'],
  [CA, 'deploy', '.'],
  [CA, '/etc/ca.pem', '/etc/ca.pem'],
  [CA, '~/ca.pem', '~/ca.pem'],
  [['name'], 'certs/ca.pem', 'certs/ca.pem'],
  [PASSWORD, { file: 'pw' }, { file: '../pw' }],
  [PASSWORD, { env: 'PW' }, { env: 'PW' }],
  [['postgres'], { port: 1, tls: { caFile: 'ca.pem' } }, { port: 1, tls: { caFile: '../ca.pem' } }],
])('the value of %j moves from %j to %j', (path, value, expected) => {
  expect(moveFilePaths(value, path, '/work', '/work/deploy')).toEqual(expected);
});

it('a value moves back to where it was', () => {
  const there = moveFilePaths({ file: 'secrets/pw' }, PASSWORD, '/work', '/srv/dify');
  expect(there).toEqual({ file: '../../work/secrets/pw' });
  expect(moveFilePaths(there, PASSWORD, '/srv/dify', '/work')).toEqual({ file: './secrets/pw' });
});
