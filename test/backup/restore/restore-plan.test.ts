import { describe, expect, it } from 'vitest';
import {
  type DatabaseState,
  databaseStep,
  filesStep,
  type ObservedFiles,
  vectorsStep,
} from '../../../src/backup/restore/restore-plan.ts';
import { copiedPart } from '../../support/backup-manifest.ts';

const EMPTY = {
  ...{ exists: true, tables: 0, sessions: 0, mayCreate: false, isOwner: true, server: 15, isRenamed: false },
} satisfies DatabaseState;
const FULL = { ...EMPTY, tables: 132, mayCreate: true };
const PART = { ...copiedPart('postgres-main'), details: { server: '15.20' } };
const TO_DO = { status: 'to-do', part: PART, suffix: '20261130061500', renamedTo: undefined } as const;
const STARTED = { ...TO_DO, status: 'started' } as const;
const NEW_NAME = 'dify_before_20261130061500';

function stepOf(seen: DatabaseState, input: Parameters<typeof databaseStep>[3]) {
  const { observed, occupied, renamedTo, problem } = databaseStep(
    'postgres-main',
    { name: 'dify', where: 'pg:5432' },
    seen,
    input,
  );
  return { observed, occupied, ...(renamedTo && { renamedTo }), ...(problem && { problem }) };
}

describe('a database of a restore', () => {
  it.each<[string, DatabaseState, Parameters<typeof databaseStep>[3], object]>([
    ['of a new server', 'new', TO_DO, { observed: 'does not exist', occupied: false }],
    [
      'of a stopped server with data',
      'stopped',
      TO_DO,
      { observed: 'has data, and its server does not run', occupied: true, renamedTo: NEW_NAME },
    ],
    [
      'of a server that this restore started',
      'stopped',
      STARTED,
      { observed: 'has data, and its server does not run', occupied: false },
    ],
    ['that is empty', EMPTY, TO_DO, { observed: 'is empty', occupied: false }],
    [
      'that does not exist',
      { ...EMPTY, exists: false, mayCreate: true },
      TO_DO,
      { observed: 'does not exist', occupied: false },
    ],
    [
      'that does not exist and may not be created',
      { ...EMPTY, exists: false },
      TO_DO,
      { observed: 'does not exist', occupied: false, problem: 'the role may not create the database dify' },
    ],
    ['with tables', FULL, TO_DO, { observed: 'has 132 tables', occupied: true, renamedTo: NEW_NAME }],
    [
      'with tables that the role may not rename',
      { ...FULL, mayCreate: false },
      TO_DO,
      {
        ...{ observed: 'has 132 tables', occupied: true, renamedTo: NEW_NAME },
        problem: 'the role may not rename the database dify: it needs CREATEDB and the ownership',
      },
    ],
    [
      'with tables and clients',
      { ...FULL, sessions: 2 },
      TO_DO,
      {
        ...{ observed: 'has 132 tables', occupied: true, renamedTo: NEW_NAME },
        problem: '2 connections to dify: stop every client first',
      },
    ],
    [
      'with tables and a taken new name',
      { ...FULL, isRenamed: true },
      TO_DO,
      {
        ...{ observed: 'has 132 tables', occupied: true, renamedTo: NEW_NAME },
        problem: `the database ${NEW_NAME} exists already`,
      },
    ],
    [
      'with the tables of an attempt that found it empty',
      FULL,
      STARTED,
      { observed: 'has 132 tables of this restore', occupied: false },
    ],
    [
      'with tables that an attempt was about to rename',
      FULL,
      { ...STARTED, renamedTo: 'dify_before_1' },
      { observed: 'has 132 tables', occupied: true, renamedTo: 'dify_before_1' },
    ],
    [
      'with the tables of an attempt that renamed the others',
      { ...FULL, isRenamed: true },
      { ...STARTED, renamedTo: 'dify_before_1' },
      { observed: 'has 132 tables of this restore', occupied: false },
    ],
    [
      'of an older server',
      { ...EMPTY, server: 14 },
      TO_DO,
      {
        ...{ observed: 'is empty', occupied: false },
        problem: 'the server is PostgreSQL 14, older than the one of the set (15)',
      },
    ],
    ['that is restored', 'new', { ...TO_DO, status: 'done' }, { observed: 'is restored', occupied: false }],
  ])('%s', (_, seen, input, expected) => {
    expect(stepOf(seen, input)).toEqual(expected);
  });
});

describe('files of a restore', () => {
  const folder: ObservedFiles = {
    ...{
      kind: 'folder',
      what: 'folder /srv/storage',
      path: '/srv/storage',
      files: 3,
      isRenamed: false,
      isShared: false,
    },
  };
  const bucket: ObservedFiles = { ...folder, kind: 'bucket', what: 'bucket dify', path: '' };
  const about = { ...TO_DO, part: copiedPart('objects') };
  it.each<[string, ObservedFiles, Parameters<typeof filesStep>[2], object]>([
    ['in an empty folder', { ...folder, files: 0 }, about, { observed: 'is empty', occupied: false }],
    [
      'in a folder with files',
      folder,
      about,
      { observed: 'has 3 files', occupied: true, renamedTo: '/srv/storage.before-20261130061500' },
    ],
    ['in a bucket with objects', bucket, about, { observed: 'has 3 objects', occupied: true }],
    [
      'in a bucket that another step filled',
      { ...bucket, isShared: true },
      about,
      { observed: 'has 3 objects of this restore', occupied: false },
    ],
    [
      'in a folder that an attempt began to fill',
      folder,
      { ...about, status: 'started' },
      { observed: 'has 3 files of this restore', occupied: false },
    ],
    [
      'in a folder that an attempt did not rename yet',
      folder,
      { ...about, status: 'started', renamedTo: '/srv/storage.before-1' },
      { observed: 'has 3 files', occupied: true, renamedTo: '/srv/storage.before-1' },
    ],
  ])('%s', (_, seen, input, expected) => {
    const { observed, occupied, renamedTo } = filesStep('objects', seen, input);
    expect({ observed, occupied, ...(renamedTo && { renamedTo }) }).toEqual(expected);
  });
});

describe('the vectors of a restore', () => {
  const part = { ...copiedPart('vectors'), details: { provider: 'qdrant', collections: 3 } };
  const seen = (present: number) => ({ where: 'qdrant at q:6333', saved: 3, present });

  it.each<[string, Parameters<typeof vectorsStep>[0], 'to-do' | 'started' | 'done', object]>([
    ['in an empty store', seen(0), 'to-do', { observed: 'has none of the 3 collections of the set' }],
    [
      'in a store that Dify used',
      seen(2),
      'to-do',
      { observed: 'has 2 of the 3 collections of the set, which are replaced', occupied: true },
    ],
    ['that were begun', seen(2), 'started', { observed: 'has 2 of the 3 collections of the set' }],
    [
      'that are restored',
      { problem: '', next: [] },
      'done',
      { what: 'collections in qdrant', observed: 'are restored' },
    ],
    [
      'in a store that does not answer',
      { problem: 'qdrant at q:6333 refuses the connection', next: ['start it'] },
      'to-do',
      {
        ...{ what: 'collections in qdrant', observed: 'cannot be read; the set has 3' },
        ...{ problem: 'qdrant at q:6333 refuses the connection', next: ['start it'] },
      },
    ],
  ])('%s', (_, found, status, step) => {
    const usual = { step: 'vectors', what: 'collections in qdrant at q:6333', bytes: 10, status, occupied: false };
    expect(vectorsStep(found, { status, part })).toEqual({ ...usual, ...step });
  });
});
