import { expect, it } from 'vitest';
import { ExternalError, Interrupted, UserError } from '../../../src/base/errors.ts';
import { EXIT } from '../../../src/base/exit-codes.ts';
import { verificationFault } from '../../../src/operations/backup/verify.ts';

/** The shown facts of an error. */
function factsOf(error: unknown): object {
  if (!(error instanceof ExternalError)) return { error };
  const { message, exitCode, next, command, stderr } = error;
  return { message, exitCode, next, command, stderr };
}

it('a verification whose program was killed has not finished', () => {
  const killed = new ExternalError('restic was stopped by SIGKILL', { command: 'restic check', stderr: ['killed'] });
  expect(factsOf(verificationFault(killed))).toEqual({
    message: 'the verification did not finish: restic was stopped by SIGKILL',
    exitCode: EXIT.external,
    next: ['run difyctl backup verify again'],
    ...{ command: 'restic check', stderr: ['killed'] },
  });
});

it('a verification that did not finish keeps the next step of its program', () => {
  const missing = new ExternalError('restic was not found on PATH', { next: ['install restic, or put it on PATH'] });
  expect(factsOf(verificationFault(missing))).toMatchObject({
    message: 'the verification did not finish: restic was not found on PATH',
    next: ['install restic, or put it on PATH'],
  });
});

it.each([
  ['damage', new ExternalError('the repository of backups is damaged', { exitCode: EXIT.rehearsal })],
  ['a lock of another run', new UserError('another run locks the repository', { exitCode: EXIT.locked })],
  ['an interrupt', new Interrupted('restic was interrupted')],
])('%s stays as it is', (_, error) => {
  expect(verificationFault(error)).toBe(error);
});
