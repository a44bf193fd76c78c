import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { IMAGES_LIST } from '../../../src/evidence/images/list.ts';
import { IMAGES_REGISTRIES } from '../../../src/evidence/images/registries.ts';
import { BACKUPS } from '../../../src/evidence/recovery/backups.ts';
import { RELEASE_INSTALLED } from '../../../src/evidence/release/installed.ts';
import type { BackupFacts } from '../../../src/recovery/backup-facts.ts';
import { backupFactsOf } from '../../support/backup-facts.ts';
import { plan, resultOf } from './scene.ts';

const BACKUP = { repository: 's3:https://backup.example.org/dify', password: { env: 'BACKUP' } };
const STANDBY = { backups: 'bucket b in r', images: 'registry.example.com/dify', secrets: 'vault', dns: 'zone z' };
const PRIMARY = { name: 'dify-eu', urls: ['https://dify.example.com'] };
type Seen = NonNullable<Parameters<typeof resultOf>[2]>;

const said = (id: string, topology: JsonObject, seen: Seen = [], backup: JsonObject = BACKUP): string => {
  const patch = plan({ rpo: '4h', backup, topology: { region: 'standby', ...topology } });
  const { status, message } = resultOf(`recovery.standby.${id}`, patch, seen);
  return `${status}: ${message}`;
};
const inStandby = (id: string, seen: Seen): string => said(id, { standby: STANDBY, primary: PRIMARY }, seen);
const sets = (facts: Partial<BackupFacts>): Seen => [[BACKUPS, backupFactsOf(facts)]];

describe('in the file of the primary', () => {
  const places = 'backups, images, secrets and DNS that are usable if the region of the primary is lost';
  test.each<[string, JsonObject, JsonObject, string]>([
    [
      'all places',
      { standby: STANDBY },
      BACKUP,
      'pass: backups: bucket b in r; images: registry.example.com/dify; secrets: vault; dns: zone z',
    ],
    [
      'no place',
      {},
      BACKUP,
      `fail: recovery.topology.standby does not name the place of backups, images, secrets and dns; expected ${places}`,
    ],
    [
      'a repository in a folder',
      { standby: STANDBY },
      { ...BACKUP, repository: '/mnt/backup' },
      `fail: /mnt/backup is a folder in this region; expected ${places}`,
    ],
  ])('with %s, recovery.standby.places judges', (_, topology, backup, expected) => {
    expect(said('places', topology, [], backup)).toBe(expected);
  });

  test('the checks of the standby region do not apply', () => {
    for (const id of ['set', 'key', 'images', 'empty']) expect(said(id, { standby: STANDBY })).toBe('skip: ');
  });
});

describe('in the file of the standby region', () => {
  test.each<[string, string, Partial<BackupFacts>, string]>([
    ['a set within the RPO', 'set', {}, 'pass: dify-1 is 2h old'],
    [
      'no repository',
      'set',
      { exists: false, newest: [], total: 0 },
      'fail: the repository does not exist; expected a complete set of dify-eu of the last 4h',
    ],
    [
      'no set',
      'set',
      { newest: [], total: 0 },
      'fail: the repository has no complete set of dify-eu; expected a complete set of dify-eu of the last 4h',
    ],
    ['the key of the set', 'key', { isKeyOfSet: true }, 'pass: the fingerprint of SECRET_KEY is the one of dify-1'],
    [
      'another key',
      'key',
      { isKeyOfSet: false },
      'fail: the fingerprint of SECRET_KEY is not the one of dify-1; expected the SECRET_KEY of the primary',
    ],
    ['no key yet', 'key', {}, 'pass: no SECRET_KEY is here yet: promote takes it from dify-1 with --identity'],
  ])('with %s, recovery.standby.%s judges', (_, id, facts, expected) => {
    expect(inStandby(id, sets(facts))).toBe(expected);
  });

  test('recovery.backup.age leaves the age to recovery.standby.set', () => {
    const topology = { region: 'standby', standby: STANDBY, primary: PRIMARY };
    expect(resultOf('recovery.backup.age', plan({ backup: BACKUP, topology }), sets({})).message).toBe(
      'the sets are those of the primary: recovery.standby.set judges their age',
    );
  });

  const image = (name: string) => ({ name, source: name, usedBy: [] });
  const silent = { stage: 'connect', code: 'ECONNREFUSED', text: 'refuses the connection' } as const;
  test.each<[string, Seen, string]>([
    [
      'of its registry',
      [[IMAGES_LIST, [image('registry.example.com/dify/api:1')]]],
      'pass: every image is from registry.example.com/dify',
    ],
    [
      'of another registry',
      [[IMAGES_LIST, [image('langgenius/dify-api:1'), image('registry.example.com/dify/web:1')]]],
      'fail: langgenius/dify-api:1 from elsewhere; expected every image from registry.example.com/dify',
    ],
    [
      'of a registry that does not answer',
      [
        [IMAGES_LIST, [image('registry.example.com/dify/api:1')]],
        [IMAGES_REGISTRIES, [{ registry: 'registry.example.com', hasLogin: false, fault: silent, images: [] }]],
      ],
      'fail: registry.example.com: refuses the connection; expected a registry that answers',
    ],
  ])('with images %s, recovery.standby.images judges', (_, seen, expected) => {
    expect(inStandby('images', seen)).toBe(expected);
  });

  const record = (outcome: string) => ({ number: 3, outcome, version: '1.16.1' });
  const expected = 'expected nothing installed, and databases without tables of Dify';
  test.each<[string, Seen, string]>([
    ['nothing', [[RELEASE_INSTALLED, { images: [], records: [] }]], 'pass: nothing is installed'],
    [
      'a removed release',
      [[RELEASE_INSTALLED, { images: [], records: [record('removed')] }]],
      'pass: nothing is installed',
    ],
    [
      'restored data',
      [[RELEASE_INSTALLED, { images: [], records: [record('restored')] }]],
      `fail: revision 3 is restored; ${expected}`,
    ],
    [
      'Dify',
      [[RELEASE_INSTALLED, { images: ['dify-api:1'], records: [record('applied')] }]],
      `fail: Dify is installed here (dify-api:1); ${expected}`,
    ],
  ])('with %s, recovery.standby.empty judges', (_, seen, message) => {
    expect(inStandby('empty', seen)).toBe(message);
  });
});
