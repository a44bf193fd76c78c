import { expect, it } from 'vitest';
import { ExternalError, Interrupted, UserError } from '../../../src/base/errors.ts';
import { EXIT } from '../../../src/base/exit-codes.ts';
import { readParts } from '../../../src/operations/restore/read-parts.ts';
import { copiedPart, manifestOf } from '../../support/backup-manifest.ts';

const MANIFEST = manifestOf({ set: 'dify-1', parts: [copiedPart('postgres-main'), copiedPart('objects')] });
const STEPS = [
  { step: 'postgres-main', status: 'done' },
  { step: 'objects', status: 'to-do' },
] as const;

/** Reads the parts with a restic that fails. Returns what was thrown. */
function failedBy(error: unknown): Promise<unknown> {
  const restic = { readAll: () => Promise.reject(error) };
  const context = { restic, signal: new AbortController().signal, onStart: () => undefined };
  return readParts(STEPS, { manifest: MANIFEST }, context, () => undefined).then(
    () => 'read',
    (thrown: unknown) => thrown,
  );
}

/** The shown facts of an error. */
function factsOf(error: unknown): object {
  if (!(error instanceof ExternalError)) return { error };
  const { message, exitCode, next, command, stderr, timedOut } = error;
  return { message, exitCode, next, command, stderr, timedOut };
}

const RUN = { command: 'restic dump', stderr: ['killed'] };

it('a part that is damaged has exit code 6', async () => {
  const damaged = new ExternalError('the repository is damaged', { ...RUN, exitCode: EXIT.rehearsal });
  expect(factsOf(await failedBy(damaged))).toEqual({
    message: 'the part objects of set dify-1 cannot be read; nothing was changed',
    exitCode: EXIT.rehearsal,
    next: ['difyctl backup verify --all finds what is damaged', 'restore another set: difyctl backup list'],
    ...RUN,
    timedOut: false,
  });
});

it('a restic that was killed found no damage', async () => {
  const killed = new ExternalError('restic was stopped by SIGKILL', RUN);
  expect(factsOf(await failedBy(killed))).toEqual({
    message:
      'the part objects of set dify-1 was not read to its end: restic was stopped by SIGKILL; nothing was changed',
    exitCode: EXIT.external,
    next: ['run the same command again'],
    ...RUN,
    timedOut: false,
  });
});

it('a restic that did not end in time keeps its next step', async () => {
  const late = new ExternalError('restic did not end in time', { timedOut: true, next: ['check the repository'] });
  expect(factsOf(await failedBy(late))).toMatchObject({
    message: 'the part objects of set dify-1 was not read to its end: restic did not end in time; nothing was changed',
    ...{ exitCode: EXIT.external, timedOut: true, next: ['check the repository'] },
  });
});

it.each([
  ['a lock of another run', new UserError('another run locks the repository', { exitCode: EXIT.locked })],
  ['an interrupt', new Interrupted('restic was interrupted')],
])('%s stays as it is', async (_, error) => {
  expect(await failedBy(error)).toBe(error);
});
