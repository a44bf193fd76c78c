import { shellWord } from '../../base/shell-word.ts';
import { HOST_DIRECTORY } from '../../evidence/host/directory.ts';
import { HOST_VOLUMES } from '../../evidence/host/volumes.ts';
import { SERVICE_IMAGES } from '../../render/images.ts';
import { counted, finding, pass, some } from '../judgement.ts';
import { error, onCompose } from '../when.ts';
import { localCheck } from './local-check.ts';

const POSTGRES_MAJOR = SERVICE_IMAGES.postgres.tag.split('.')[0] ?? '';

export const hostStorageOwner = localCheck(
  {
    id: 'host.storage-owner',
    title: 'the API can write its files',
    severity: error,
    remedy: 'chown -R 1001:1001 FOLDER',
  },
  HOST_VOLUMES,
  ({ storage }, _, { security }) => {
    const expected = 'a folder that user 1001 owns, or gets at the first start';
    if (storage === undefined) return pass('no files of an earlier installation', expected);
    const { path, isGiven, foreign } = storage;
    if (foreign.length === 0) return pass(`user 1001 owns ${path}`, expected);
    // Such engines map users of containers to other numbers.
    if (security.includes('rootless') || security.includes('userns')) {
      return {
        status: 'skip',
        observed: '',
        expected,
        message: 'not checked: the engine maps users of containers to others',
      };
    }
    if (!isGiven) return pass(`user 1001 becomes the owner of ${path} at the first start`, expected);
    const places = some(
      foreign.map((one) => `${one.path} (user ${one.owner})`),
      3,
    );
    return finding('fail', {
      observed: `user 1001, which the API runs as, does not own: ${places}`,
      expected,
      message: `user 1001, which the API runs as, does not own ${places}; difyctl changes the owner only at the first start, so a restart does not fix this`,
      remedy: `chown -R 1001:1001 ${shellWord(path)}`,
    });
  },
);

export const hostPostgresData = localCheck(
  {
    id: 'host.postgres-data',
    title: 'the bundled PostgreSQL can use the existing data',
    severity: error,
    remedy: 'keep the data, and use the server version and the password that it was created with',
    when: (deployment, tier) => onCompose(deployment, tier) === true && deployment?.postgres.mode === 'bundled',
  },
  HOST_VOLUMES,
  ({ postgres }) => {
    const expected = `no data yet, or data of PostgreSQL ${POSTGRES_MAJOR} with its password`;
    if (postgres === undefined) return pass('no data of an earlier installation', expected);
    const { path, major, password } = postgres;
    if (major !== undefined && major !== POSTGRES_MAJOR) {
      return finding('fail', {
        observed: `${path} was created by PostgreSQL ${major}, but the image is PostgreSQL ${POSTGRES_MAJOR}`,
        expected,
        remedy: `dump it with PostgreSQL ${major} (pg_dumpall), move the folder away, install, and load the dump`,
      });
    }
    if (password === 'different') {
      return finding('fail', {
        observed: `${path} was created with the password in .env beside it, but the file has another password`,
        expected,
        message: `the password of ${path} was set when it was created: another password in the file does not change it, and Dify could not log in`,
        remedy: 'take postgres.password out of the file, or change it in the server first: ALTER USER … PASSWORD …',
      });
    }
    if (major === undefined) {
      return {
        status: 'unknown',
        observed: 'not observed',
        expected,
        message: `this user cannot read ${path}`,
        remedy: 'run difyctl as root',
      };
    }
    return pass(`data of PostgreSQL ${major}`, expected);
  },
);

export const hostFiles = localCheck(
  {
    id: 'host.files',
    title: 'no folder exists at the path of a rendered file',
    severity: error,
    remedy: 'remove the folders',
  },
  HOST_DIRECTORY,
  ({ blocked }) => {
    const expected = 'no folder at the path of a file';
    if (blocked.length === 0) return pass('no folder at the path of a file', expected);
    const observed = `${counted(blocked.length, 'folder')} at the path of a rendered file: ${some(blocked)}`;
    const message = `${observed}; Docker creates a folder if a mounted file is missing`;
    return finding('fail', { observed, expected, message, remedy: `rmdir ${blocked.map(shellWord).join(' ')}` });
  },
);
