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
    title: 'the API may write its files',
    severity: error,
    remedy: 'chown -R 1001:1001 FOLDER',
  },
  HOST_VOLUMES,
  ({ storage }, _, { security }) => {
    const expected = 'a folder that is of user 1001, or is given to it at the first start';
    if (storage === undefined) return pass('no files of an earlier installation', expected);
    const { path, isGiven, foreign } = storage;
    if (foreign.length === 0) return pass(`${path} is of user 1001`, expected);
    // Such engines map users of containers to other numbers.
    if (security.includes('rootless') || security.includes('userns')) {
      return {
        status: 'skip',
        observed: '',
        expected,
        message: 'not checked: the engine maps users of containers to others',
      };
    }
    if (!isGiven) return pass(`${path} will be given to user 1001 at the first start`, expected);
    const places = some(
      foreign.map((one) => `${one.path} (user ${one.owner})`),
      3,
    );
    return finding('fail', {
      observed: `not of user 1001, whom the API runs as: ${places}`,
      expected,
      message: `${places}: not of user 1001, whom the API runs as; its folder was given away once already, so that this does not repair itself`,
      remedy: `chown -R 1001:1001 ${shellWord(path)}`,
    });
  },
);

export const hostPostgresData = localCheck(
  {
    id: 'host.postgres-data',
    title: 'the bundled PostgreSQL can use the existing data',
    severity: error,
    remedy: 'keep the data, and give it the server and the password that it was made with',
    when: (deployment, tier) => onCompose(deployment, tier) === true && deployment?.postgres.mode === 'bundled',
  },
  HOST_VOLUMES,
  ({ postgres }) => {
    const expected = `no data yet, or data of PostgreSQL ${POSTGRES_MAJOR} with its password`;
    if (postgres === undefined) return pass('no data of an earlier installation', expected);
    const { path, major, password } = postgres;
    if (major !== undefined && major !== POSTGRES_MAJOR) {
      return finding('fail', {
        observed: `${path} was made by PostgreSQL ${major}, and the image is PostgreSQL ${POSTGRES_MAJOR}`,
        expected,
        remedy: `dump it with PostgreSQL ${major} (pg_dumpall), move the folder away, install, and load the dump`,
      });
    }
    if (password === 'different') {
      return finding('fail', {
        observed: `${path} was made with the password in .env beside it, and the file names another one`,
        expected,
        message: `the password of ${path} was set when it was made: another one in the file does not change it, and Dify could not log in`,
        remedy: 'take postgres.password out of the file, or change it in the server first: ALTER USER … PASSWORD …',
      });
    }
    if (major === undefined) {
      return {
        status: 'unknown',
        observed: 'not observed',
        expected,
        message: `${path} may not be read by this user`,
        remedy: 'run difyctl as root',
      };
    }
    return pass(`data of PostgreSQL ${major}`, expected);
  },
);

export const hostFiles = localCheck(
  {
    id: 'host.files',
    title: 'no directory is in the way of a rendered file',
    severity: error,
    remedy: 'remove the folders',
  },
  HOST_DIRECTORY,
  ({ blocked }) => {
    const expected = 'files, or nothing';
    if (blocked.length === 0) return pass('nothing in the way', expected);
    const observed = `${counted(blocked.length, 'folder')} where a file goes: ${some(blocked)}`;
    const message = `${observed}; Docker made it where a mounted file was missing`;
    return finding('fail', { observed, expected, message, remedy: `rmdir ${blocked.map(shellWord).join(' ')}` });
  },
);
